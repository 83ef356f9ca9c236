//! Safetensors with the names and layouts of timm's `nasnetalarge`.

use std::collections::HashSet;
use std::io::Write;
use std::path::Path;

use safetensors::tensor::{Dtype as FileDtype, TensorView};

use crate::error::{Error, Result};
use crate::files::{partial_name, write_whole};
use crate::nasnet::Dialect;
use crate::nasnet::names::{self, Scheme};
use crate::weights::LoadedModel;
use crate::weights::export::laid_out;

/// timm numbers cells without gaps.
const TIMM: Scheme = Scheme::Torch { gaps: false };

/// Normal cells of a stage in timm's network.
const TIMM_BLOCKS: usize = 6;

/// Writes a file that `timm.create_model("nasnetalarge", ...)` loads: f32, in timm's names and layouts. timm applies the
/// last function outside of the network, so a softmax or sigmoid is left to the caller.
///
/// # Errors
/// [`Error::Refused`] when timm has no such network, [`Error::Io`] when the file cannot be written.
pub fn timm(path: &Path, loaded: &LoadedModel) -> Result<()> {
    check(loaded)?;
    let graph = &loaded.graph;
    let layers: HashSet<&str> = graph.weights.iter().map(|spec| spec.layer.as_str()).collect();
    let has_paths = |cell: &str| layers.contains(format!("adjust_conv_1_{cell}").as_str());
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = graph
        .weights
        .iter()
        .zip(loaded.weights.tensors())
        .map(|(spec, tensor)| {
            let name = names::expected(spec, TIMM, loaded.config.num_blocks, has_paths);
            let (shape, bytes) = laid_out(spec, tensor, TIMM);
            (name, shape, bytes)
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            Ok((name.as_str(), TensorView::new(FileDtype::F32, shape.clone(), bytes)?))
        })
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>();
    let metadata = [("format".to_owned(), "pt".to_owned())].into();
    let file = views
        .and_then(|views| safetensors::serialize(views, Some(metadata)))
        .map_err(|error| Error::Defect(format!("{}: {error}", path.display())))?;
    write_whole(path, &partial_name(path), |writer| writer.write_all(&file))
        .map_err(|error| Error::io(path, error))
}

/// Whether timm has such a network.
fn check(loaded: &LoadedModel) -> Result<()> {
    let refused = |what: String| Err(Error::Refused { what, hint: "timm's only NASNet is nasnetalarge" });
    let config = &loaded.config;
    if config.num_blocks != TIMM_BLOCKS || !config.skip_reduction || config.filter_multiplier != 2 {
        return refused(format!("timm has no network like {config}"));
    }
    if loaded.dialect != Dialect::Timm {
        return refused(format!(
            "the network was trained in dialect {}, and timm would answer otherwise",
            loaded.dialect
        ));
    }
    match &loaded.head {
        Some(head) if head.binary || !head.has_usual_layers() => {
            refused(format!("timm's head is a global average and a dense layer, this one is {head}"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::synthetic;
    use crate::nasnet::{Config, graph};
    use crate::weights::card::{Card, FIRST_WITH_HASH};
    use crate::weights::{Overrides, canonical, load};

    fn network(folder: &Path, config: Config, dialect: Dialect) -> LoadedModel {
        let graph = graph(&config, dialect).unwrap();
        let weights = synthetic::weights(&graph, 7);
        let card = Card {
            format: FIRST_WITH_HASH,
            name: "narrow".into(),
            config,
            dialect,
            head: None,
            preprocessing: None,
            labels: None,
            temperature: None,
            source: None,
            fingerprint: String::new(),
            notes: serde_json::Value::Null,
        };
        let path = folder.join("own.safetensors");
        canonical::write(&path, &graph, &weights, &card, weights.dtype()).unwrap();
        load(&path, &Overrides::default()).unwrap()
    }

    fn narrow_large() -> Config {
        let narrow = Config { penultimate_filters: 96, stem_filters: 8, classes: Some(7), ..Config::large() };
        narrow.with_input_size((75, 64))
    }

    #[test]
    fn what_timm_gets_comes_back_as_the_same_network() {
        let folder = tempfile::tempdir().unwrap();
        let own = network(folder.path(), narrow_large(), Dialect::Timm);
        let path = folder.path().join("timm.safetensors");
        timm(&path, &own).unwrap();
        let overrides = Overrides { input_size: Some((75, 64)), ..Overrides::default() };
        let back = load(&path, &overrides).unwrap();
        assert_eq!((back.config, back.dialect, back.kind), (own.config, Dialect::Timm, "safetensors"));
        assert_eq!(back.fingerprint(), own.fingerprint());
    }

    #[test]
    fn timm_is_not_given_what_it_would_answer_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("timm.safetensors");
        let said = |config, dialect| {
            let own = network(folder.path(), config, dialect);
            timm(&path, &own).unwrap_err().to_string()
        };
        assert!(said(narrow_large(), Dialect::Keras).contains("trained in dialect keras"));
        assert!(said(Config::tiny(), Dialect::Timm).contains("timm has no network like"));
        assert!(!path.exists());
    }
}
