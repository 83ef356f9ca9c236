//! The models that are known by name, as a table of plain data. Adding a source is adding an entry.

use crate::image::preprocess::{Preprocessing, Preset};
use crate::nasnet::{Config, Dialect};

/// Where a model's file is published, and what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file of a repository of the Hub at a fixed commit. Its checksum is the one that the Hub itself keeps.
    Hub {
        /// `OWNER/NAME`.
        repo: &'static str,
        /// The commit, 40 hex digits.
        commit: &'static str,
        /// The file.
        file: &'static str,
    },
    /// A file that Keras publishes, converted once after it was fetched.
    Keras {
        /// The file, below [`KERAS_URL`].
        file: &'static str,
        /// Its md5, as Keras' own source has it.
        md5: &'static str,
    },
}

/// A model that is known by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// What people call it.
    pub name: &'static str,
    /// Other names for the same.
    pub aliases: &'static [&'static str],
    /// Where it is published.
    pub origin: Origin,
    /// Which network.
    pub config: Config,
    /// How its strided pools treat borders.
    pub dialect: Dialect,
    /// How its images are resized and cropped, and the share that a crop keeps.
    pub preset: (Preset, f64),
}

/// Where Keras publishes its files (`BASE_WEIGHTS_PATH` of keras/src/applications/nasnet.py).
pub const KERAS_URL: &str = "https://storage.googleapis.com/tensorflow/keras-applications/nasnet";

/// Every model that is known by name, besides the built-in one. The md5 sums are those of keras/src/applications/nasnet.py.
pub const PUBLISHED: &[Entry] = &[
    Entry {
        name: "mobile",
        aliases: &["mobile@keras"],
        origin: Origin::Keras { file: "NASNet-mobile.h5", md5: "020fb642bf7360b370c678b08e0adf61" },
        config: Config::mobile(),
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
    Entry {
        name: "large",
        aliases: &["large@timm"],
        origin: Origin::Hub {
            repo: "timm/nasnetalarge.tf_in1k",
            commit: "2188423afb58a54ecc6eb20e22179f24bfb92275",
            file: "model.safetensors",
        },
        config: Config::large(),
        dialect: Dialect::Timm,
        preset: (Preset::Timm, 0.911),
    },
    Entry {
        name: "large@keras",
        aliases: &[],
        origin: Origin::Keras { file: "NASNet-large.h5", md5: "11577c9a518f0070763c2b964a382f17" },
        config: Config::large(),
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
    Entry {
        name: "mobile-no-top",
        aliases: &["mobile-no-top@keras"],
        origin: Origin::Keras { file: "NASNet-mobile-no-top.h5", md5: "1ed92395b5b598bdda52abe5c0dbfd63" },
        config: Config { classes: None, ..Config::mobile() },
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
    Entry {
        name: "large-no-top",
        aliases: &["large-no-top@keras"],
        origin: Origin::Keras { file: "NASNet-large-no-top.h5", md5: "d81d89dc07e6e56530c4e77faddd61b5" },
        config: Config { classes: None, ..Config::large() },
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
];

impl Entry {
    /// The entry of a name or of another name for it.
    pub fn named(name: &str) -> Option<&'static Entry> {
        PUBLISHED.iter().find(|entry| entry.name == name || entry.aliases.contains(&name))
    }

    /// How its images become input.
    pub fn preprocessing(&self) -> Preprocessing {
        let (preset, crop_pct) = self.preset;
        Preprocessing { crop_pct, ..preset.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_checksums_have_their_length() {
        let mut names: Vec<_> =
            PUBLISHED.iter().flat_map(|entry| entry.aliases.iter().copied().chain([entry.name])).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for entry in PUBLISHED {
            match entry.origin {
                Origin::Hub { commit, .. } => assert_eq!(commit.len(), 40),
                Origin::Keras { md5, .. } => assert_eq!(md5.len(), 32),
            }
            assert!(entry.preprocessing().validate().is_ok() && entry.config.validate().is_ok());
        }
        assert_eq!(Entry::named("mobile@keras"), Entry::named("mobile"));
        assert_eq!(Entry::named("tiny"), None);
    }
}
