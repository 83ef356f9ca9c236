//! A legacy `.h5` file of weights in Keras' names: `load_weights` of Keras 2 and 3 reads it in the order of its layers.

use std::io::Write;
use std::path::Path;

use hdf5_writer::{AttributeBuilder, DatasetBuilder, Hdf5Builder, WriteOptions};

use crate::error::{Error, Result};
use crate::files::{partial_name, write_whole};
use crate::graph::{Role, WeightSpec};
use crate::nasnet::keras_order::weighted_layers;
use crate::nasnet::names::Scheme;
use crate::nasnet::{Dialect, Head};
use crate::weights::LoadedModel;
use crate::weights::export::laid_out;

/// The last version of Keras whose own files of weights were of this kind.
const KERAS_VERSION: &str = "2.15.0";

/// Writes a file of weights that `model.load_weights` takes, given a model with the same layers. A head of one
/// sigmoid output, which is two columns here, is written as one.
///
/// # Errors
/// [`Error::Refused`] when Keras would answer otherwise, [`Error::Io`] when the file cannot be written.
pub fn keras(path: &Path, loaded: &LoadedModel) -> Result<()> {
    if loaded.dialect != Dialect::Keras {
        return Err(Error::Refused {
            what: format!(
                "the network was trained in dialect {}, and Keras would answer otherwise",
                loaded.dialect
            ),
            hint: "export to ONNX, which represents every dialect",
        });
    }
    let file = encode(loaded).map_err(|error| Error::Defect(format!("{}: {error}", path.display())))?;
    write_whole(path, &partial_name(path), |writer| writer.write_all(&file))
        .map_err(|error| Error::io(path, error))
}

fn encode(loaded: &LoadedModel) -> hdf5_writer::Result<Vec<u8>> {
    let graph = &loaded.graph;
    let layers = weighted_layers(graph);
    let mut file = Hdf5Builder::new()
        .attribute(AttributeBuilder::fixed_string_vector("layer_names", &layers)?)
        .attribute(AttributeBuilder::fixed_string("backend", "tensorflow"))
        .attribute(AttributeBuilder::fixed_string("keras_version", KERAS_VERSION));
    for layer in layers {
        let mut names = Vec::new();
        for (spec, tensor) in graph.weights.iter().zip(loaded.weights.tensors()) {
            if spec.layer != layer {
                continue;
            }
            let (mut shape, mut bytes) = laid_out(spec, tensor, Scheme::Keras);
            if is_doubled(spec, loaded.head.as_ref()) {
                // The first of the two columns is the one that was added.
                bytes = bytes.chunks_exact(8).flat_map(|pair| pair[4..].to_vec()).collect();
                shape.pop();
                shape.push(1);
            }
            let name = format!("{}:0", spec.name());
            let numbers: Vec<f32> = bytemuck::pod_collect_to_vec(&bytes);
            let shape: Vec<u64> = shape.into_iter().map(|side| side as u64).collect();
            file = file.dataset(DatasetBuilder::typed_data(format!("{layer}/{name}"), shape, &numbers)?);
            names.push(name);
        }
        let names = AttributeBuilder::fixed_string_vector("weight_names", &names)?;
        file = file.group_attribute(layer, names);
    }
    file.into_plan()?.encode(WriteOptions::default())
}

/// Whether a weight has two columns here and one in Keras: see [`Head::binary`].
fn is_doubled(spec: &WeightSpec, head: Option<&Head>) -> bool {
    let dense = matches!(spec.role, Role::DenseKernel | Role::DenseBias);
    dense && head.is_some_and(|head| head.binary && head.ends_with_dense(&spec.layer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{Overrides, builtin, load};

    #[test]
    fn what_keras_gets_comes_back_as_the_same_network() {
        let folder = tempfile::tempdir().unwrap();
        let own = builtin(&Overrides::default()).unwrap();
        let path = folder.path().join("keras.h5");
        keras(&path, &own).unwrap();
        let back = load(&path, &Overrides::default()).unwrap();
        assert_eq!((back.config, back.dialect, back.kind), (own.config, Dialect::Keras, "keras"));
        let pairs = own.weights.tensors().iter().zip(back.weights.tensors());
        assert!(pairs.clone().count() > 1000);
        for ((own, back), spec) in pairs.zip(&own.graph.weights) {
            assert!(own.to_f32() == back.to_f32(), "{}", spec.name());
        }
    }

    #[test]
    fn keras_is_not_given_what_it_would_answer_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let slim = Overrides { dialect: Some(Dialect::Slim), ..Overrides::default() };
        let path = folder.path().join("keras.h5");
        let error = keras(&path, &builtin(&slim).unwrap()).unwrap_err();
        assert!(error.to_string().contains("trained in dialect slim"), "{error}");
        assert!(!path.exists());
    }
}
