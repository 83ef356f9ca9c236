//! Suggests the names that are most similar to an unknown one.

/// How many names are suggested in place of one that is unknown.
const SUGGESTIONS: usize = 3;

/// How similar a name has to be, from 0 to 1.
const LIKENESS: f64 = 0.6;

/// The most similar of `names`, best first; empty if none is similar enough.
pub fn nearest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let likeness = |name: &'a str| (strsim::jaro_winkler(wanted, name), name);
    let mut near: Vec<(f64, &str)> =
        names.into_iter().map(likeness).filter(|(likeness, _)| *likeness > LIKENESS).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.dedup_by_key(|(_, name)| *name);
    near.into_iter().take(SUGGESTIONS).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_names_at_most_the_nearest_first() {
        let names = ["tabby", "table", "tub", "tabby cat", "zebra"];
        assert_eq!(nearest("tabbi", names), ["tabby", "tabby cat", "table"]);
        assert!(nearest("qqqq", names).is_empty());
    }
}
