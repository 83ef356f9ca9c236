//! A part of the inputs, for runs on several machines.

use std::path::Path;

use super::PathKey;

/// A part of the inputs, chosen by a hash of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    index: u32,
    /// The number of parts.
    count: u32,
    together: Together,
}

/// Which images are always in the same shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Together {
    /// Each goes its own way.
    Nothing,
    /// Those that have one name but for the extension.
    Stem,
    /// Those of one folder.
    Folder,
}

impl Shard {
    /// The same part, by another rule.
    pub fn keeping(self, together: Together) -> Self {
        Shard { together, ..self }
    }

    /// Whether a path is in this part.
    pub fn takes(self, path: &Path) -> bool {
        let key = match self.together {
            Together::Nothing => PathKey::of(path),
            Together::Stem => PathKey::of(&path.with_extension("")),
            Together::Folder => PathKey::of(path.parent().unwrap_or(path)),
        };
        key.shard(self.count) == self.index
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(index, count)| index.parse().ok().zip(count.parse().ok()));
        match parts {
            Some((index, count)) if (1..=count).contains(&index) => {
                Ok(Shard { index, count, together: Together::Nothing })
            }
            _ => Err(format!("expected I/N with I from 1 to N, such as 1/3, got {text:?}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_is_in_exactly_one_shard_of_any_number_of_them() {
        arbtest::arbtest(|random| {
            let path: &str = random.arbitrary()?;
            let count: u32 = random.int_in_range(1..=200)?;
            for together in [Together::Nothing, Together::Stem, Together::Folder] {
                let takers = (1..=count).filter(|index| {
                    let shard: Shard = format!("{index}/{count}").parse().unwrap();
                    shard.keeping(together).takes(Path::new(path))
                });
                assert_eq!(takers.count(), 1, "{path:?} in {count}, {together:?}");
            }
            Ok(())
        });
    }
}
