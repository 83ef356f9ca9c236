//! The models that are known by name, as a table of plain data. To add a source, add an entry.

use crate::image::preprocess::{Preprocessing, Preset};
use crate::nasnet::{Config, Dialect};

/// Where a model's file is published, and its checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A file of a Hub repository at a fixed commit.
    Hub {
        /// `OWNER/NAME`.
        repo: &'static str,
        /// The commit, 40 hex digits.
        commit: &'static str,
        /// The file.
        file: &'static str,
        /// Its sha256, as the Hub's page of the file states it. No mirror can serve another file.
        sha256: &'static str,
    },
    /// A file that Keras publishes, converted once after the download.
    Keras {
        /// The file, below [`KERAS_URL`].
        file: &'static str,
        /// Its md5, as Keras' own source has it.
        md5: &'static str,
        /// Another address of the same file, for networks from which Keras' host can't be reached.
        second_url: Option<&'static str>,
    },
}

/// A model that is known by name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedModel {
    /// Its name.
    pub name: &'static str,
    /// Other names for the same model.
    pub aliases: &'static [&'static str],
    /// Where it is published.
    pub origin: Origin,
    /// Which network it is.
    pub config: Config,
    /// How its strided pools treat borders.
    pub dialect: Dialect,
    /// How its images are resized and cropped, and the share of the short side that a crop keeps.
    pub preset: (Preset, f64),
}

/// Where Keras publishes its files (`BASE_WEIGHTS_PATH` of keras/src/applications/nasnet.py).
pub const KERAS_URL: &str = "https://storage.googleapis.com/tensorflow/keras-applications/nasnet";

/// Every model that is known by name, besides the built-in one. The md5 sums are those of
/// keras/src/applications/nasnet.py.
pub const PUBLISHED: &[PublishedModel] = &[
    PublishedModel {
        name: "mobile",
        aliases: &["mobile@keras"],
        origin: Origin::Keras {
            file: "NASNet-mobile.h5",
            md5: "020fb642bf7360b370c678b08e0adf61",
            second_url: Some(
                "https://github.com/titu1994/Keras-NASNet/releases/download/v1.2/NASNet-mobile.h5",
            ),
        },
        config: Config::mobile(),
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
    PublishedModel {
        name: "large",
        aliases: &["large@timm"],
        origin: Origin::Hub {
            repo: "timm/nasnetalarge.tf_in1k",
            commit: "2188423afb58a54ecc6eb20e22179f24bfb92275",
            file: "model.safetensors",
            sha256: "a9852852333c258f0d86b90185580de4bbad1265cb3a9eb1f13165b91bfe638d",
        },
        config: Config::large(),
        dialect: Dialect::Timm,
        preset: (Preset::Timm, 0.911),
    },
    PublishedModel {
        name: "large@keras",
        aliases: &[],
        origin: Origin::Keras {
            file: "NASNet-large.h5",
            md5: "11577c9a518f0070763c2b964a382f17",
            second_url: None,
        },
        config: Config::large(),
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
    PublishedModel {
        name: "mobile-no-top",
        aliases: &["mobile-no-top@keras"],
        origin: Origin::Keras {
            file: "NASNet-mobile-no-top.h5",
            md5: "1ed92395b5b598bdda52abe5c0dbfd63",
            second_url: None,
        },
        config: Config { classes: None, ..Config::mobile() },
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
    PublishedModel {
        name: "large-no-top",
        aliases: &["large-no-top@keras"],
        origin: Origin::Keras {
            file: "NASNet-large-no-top.h5",
            md5: "d81d89dc07e6e56530c4e77faddd61b5",
            second_url: None,
        },
        config: Config { classes: None, ..Config::large() },
        dialect: Dialect::Keras,
        preset: (Preset::Timm, 0.875),
    },
];

impl PublishedModel {
    /// The entry with this name or alias.
    pub fn named(name: &str) -> Option<&'static PublishedModel> {
        PUBLISHED.iter().find(|entry| entry.name == name || entry.aliases.contains(&name))
    }

    /// How its images become input.
    pub fn preprocessing(&self) -> Preprocessing {
        let (preset, crop_pct) = self.preset;
        Preprocessing { crop_pct, ..preset.into() }
    }
}

/// The known names that are most like an unknown one, `tiny` among them, the nearest first; three at most.
pub fn nearest_names(unknown: &str) -> Vec<&'static str> {
    let unknown = unknown.to_lowercase().replace('_', "-");
    // People write the family's name too: nasnet-mobile, NASNetLarge, nasnetalarge.
    let bare = ["nasneta", "nasnet-a", "nasnet"].iter().find_map(|family| unknown.strip_prefix(family));
    let bare = bare.unwrap_or(&unknown).trim_matches('-');
    let likeness = |name: &str| strsim::jaro_winkler(&unknown, name).max(strsim::jaro_winkler(bare, name));
    let published = PUBLISHED.iter().map(|entry| {
        let names = entry.aliases.iter().copied().chain([entry.name]);
        (names.map(likeness).fold(0.0, f64::max), entry.name)
    });
    let mut near: Vec<(f64, &str)> =
        published.chain([(likeness("tiny"), "tiny")]).filter(|(likeness, _)| *likeness > 0.8).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.len().cmp(&b.1.len())));
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// The hint for an unknown name: did you mean the nearest one, or another one near it?
pub(super) fn did_you_mean(unknown: &str) -> Option<String> {
    let nearest = nearest_names(unknown);
    let (first, others) = nearest.split_first()?;
    let others: Vec<String> = others.iter().map(|name| format!("`{name}`")).collect();
    let also = if others.is_empty() { String::new() } else { format!(" (also near: {})", others.join(", ")) };
    Some(format!("did you mean `{first}`?{also}"))
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
                Origin::Hub { commit, sha256, .. } => assert_eq!((commit.len(), sha256.len()), (40, 64)),
                Origin::Keras { md5, .. } => assert_eq!(md5.len(), 32),
            }
            assert!(entry.preprocessing().validate().is_ok() && entry.config.validate().is_ok());
        }
        assert_eq!(PublishedModel::named("mobile@keras"), PublishedModel::named("mobile"));
        assert_eq!(PublishedModel::named("tiny"), None);
    }

    #[test]
    fn an_unknown_name_finds_its_nearest() {
        assert_eq!(did_you_mean("mobil").unwrap(), "did you mean `mobile`? (also near: `mobile-no-top`)");
        assert_eq!(nearest_names("large").len(), 3);
        for (unknown, expected) in [
            ("mobil", Some("mobile")),
            ("Mobile", Some("mobile")),
            ("nasnet-mobile", Some("mobile")),
            ("NASNetLarge", Some("large")),
            ("nasnetalarge", Some("large")),
            ("lareg", Some("large")),
            ("large@kears", Some("large@keras")),
            ("mobile_no_top", Some("mobile-no-top")),
            ("tinny", Some("tiny")),
            ("resnet50", None),
            ("photo", None),
            ("", None),
        ] {
            assert_eq!(nearest_names(unknown).first().copied(), expected, "{unknown}");
        }
    }
}
