//! The CUDA devices of this machine, and the error when the requested one is not among them.

/// Versions and cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The newest CUDA that the driver runs, as it says it: 12040 is 12.4. `None` where it does not answer.
    pub(super) driver: Option<u32>,
    /// The CUDA that this binary was built with.
    pub(super) built: u32,
    /// Each card in a few words, or why they could not be counted.
    pub(super) cards: Result<Vec<String>, String>,
}

impl Found {
    /// Why card `index` is unavailable, if that is known.
    pub(super) fn trouble(&self, index: usize) -> Option<String> {
        let built = version(self.built);
        let driver = match self.driver {
            Some(driver) if driver > 0 => driver,
            _ => return Some("there is no NVIDIA driver on this machine".to_owned()),
        };
        // Within a major version a newer toolkit runs on an older driver.
        if driver / 1000 < self.built / 1000 {
            let driver = version(driver);
            return Some(format!(
                "the driver is too old: it runs CUDA up to {driver}, this binary was built with {built}"
            ));
        }
        match &self.cards {
            Err(reason) => Some(format!("the driver finds no cards: {reason}")),
            Ok(cards) if cards.is_empty() => {
                Some("the driver finds no cards (CUDA_VISIBLE_DEVICES may hide them)".to_owned())
            }
            Ok(cards) if index >= cards.len() => {
                let list: Vec<_> =
                    cards.iter().enumerate().map(|(index, card)| format!("cuda:{index} is {card}")).collect();
                Some(format!("there is no such card; {}", list.join(", ")))
            }
            Ok(_) => None,
        }
    }
}

/// 12040 as 12.4.
pub(super) fn version(number: u32) -> String {
    format!("{}.{}", number / 1000, number % 1000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(driver: Option<u32>, cards: Result<Vec<String>, String>) -> Found {
        Found { driver, built: 13000, cards }
    }

    fn trouble(driver: u32, cards: &[&str], index: usize) -> Option<String> {
        found(Some(driver), Ok(cards.iter().map(|&card| card.to_owned()).collect())).trouble(index)
    }

    #[test]
    fn says_what_was_found_where_a_card_cannot_be_had() {
        assert_eq!(trouble(13000, &["H200"], 0), None);
        assert_eq!(trouble(13010, &["H200", "T4"], 1), None);
        let text = trouble(13000, &["H200", "T4"], 2).unwrap();
        assert_eq!(text, "there is no such card; cuda:0 is H200, cuda:1 is T4");
        let text = trouble(12040, &["H200"], 0).unwrap();
        assert!(text.contains("up to 12.4") && text.contains("built with 13.0"), "{text}");
        assert!(trouble(13000, &[], 0).unwrap().contains("finds no cards"));
        assert!(found(None, Err("?".to_owned())).trouble(0).unwrap().contains("no NVIDIA driver"));
        assert!(found(Some(13000), Err("lost".to_owned())).trouble(0).unwrap().ends_with("lost"));
    }
}
