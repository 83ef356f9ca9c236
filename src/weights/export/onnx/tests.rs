use std::collections::HashMap;

use super::*;
use crate::graph::synthetic;
use crate::nasnet::{Config, Dialect, HeadLayer, graph_with_head};
use crate::weights::{Overrides, builtin};

/// The fields of a message: their numbers, and their bytes where they have a length.
fn fields(mut bytes: &[u8]) -> Vec<(u64, &[u8])> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let end = bytes.iter().position(|byte| *byte < 0x80).unwrap();
        let (own, rest) = bytes.split_at(end + 1);
        *bytes = rest;
        own.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f))
    }
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let length = match key & 7 {
            0 => {
                varint(&mut bytes);
                0
            }
            2 => varint(&mut bytes) as usize,
            5 => 4,
            other => panic!("wire type {other}"),
        };
        let (own, rest) = bytes.split_at(length);
        bytes = rest;
        fields.push((key >> 3, own));
    }
    fields
}

fn all(bytes: &[u8], number: u64) -> Vec<&[u8]> {
    fields(bytes).into_iter().filter(|field| field.0 == number).map(|field| field.1).collect()
}

fn text(bytes: &[u8], number: u64) -> String {
    String::from_utf8(all(bytes, number)[0].to_vec()).unwrap()
}

fn with_head(layers: Vec<HeadLayer>, activation: Activation) -> LoadedModel {
    let mut loaded = builtin(&Overrides::default()).unwrap();
    let head = Head { layers, activation, binary: false };
    loaded.config =
        Config { classes: head.classes(), num_blocks: 1, penultimate_filters: 96, ..loaded.config };
    loaded.graph = graph_with_head(&loaded.config, Dialect::Slim, Some(&head)).unwrap();
    loaded.weights = synthetic::weights(&loaded.graph, 3);
    loaded.head = Some(head);
    loaded.labels = None;
    loaded
}

#[test]
fn every_value_of_the_model_is_made_before_it_is_used_and_every_weight_is_in_it() {
    let loaded = builtin(&Overrides::default()).unwrap();
    let file = encode(&loaded).unwrap();
    let graph = all(&file, 7)[0];
    let (nodes, numbers) = (all(graph, 1), all(graph, 5));
    let bytes: HashMap<String, usize> =
        numbers.iter().map(|tensor| (text(tensor, 8), all(tensor, 9)[0].len())).collect();
    assert_eq!(bytes.len(), numbers.len());
    for spec in &loaded.graph.weights {
        assert_eq!(bytes[&spec.name()], 4 * spec.elements(), "{}", spec.name());
    }
    let mut known: HashSet<String> = bytes.into_keys().chain(["input".to_owned()]).collect();
    for node in &nodes {
        for input in all(node, 1) {
            assert!(known.contains(std::str::from_utf8(input).unwrap()), "{}", text(node, 3));
        }
        assert!(known.insert(text(node, 2)), "{} twice", text(node, 2));
    }
    assert!(known.contains("probabilities"));
    let entries: HashMap<String, String> =
        all(&file, 14).iter().map(|entry| (text(entry, 1), text(entry, 2))).collect();
    assert_eq!(entries["fingerprint"], loaded.fingerprint());
    assert!(entries["class_names"].starts_with('[') && entries["preprocessing"].contains("127.5"));
}

#[test]
fn a_head_becomes_the_operators_of_its_layers() {
    let dense = |name: &str, units| HeadLayer::Dense { name: name.to_owned(), units, bias: true };
    let norm = HeadLayer::Norm { name: "norm".into(), scale: false, center: true, epsilon: 1e-5 };
    let gelu = HeadLayer::Activation(Activation::Gelu { approximate: false });
    let layers = vec![HeadLayer::GlobalMax, norm, dense("a", 9), gelu, dense("b", 5)];
    let file = encode(&with_head(layers, Activation::Sigmoid)).unwrap();
    let nodes = all(all(&file, 7)[0], 1);
    let kinds: Vec<String> = nodes.iter().map(|node| text(node, 4)).collect();
    let behind = kinds.iter().position(|kind| kind == "GlobalMaxPool").unwrap();
    let expected = [
        "GlobalMaxPool",
        "Flatten",
        "BatchNormalization",
        "Gemm",
        "Mul",
        "Erf",
        "Add",
        "Mul",
        "Mul",
        "Gemm",
        "Sigmoid",
    ];
    assert_eq!(kinds[behind..], expected);
    // What nothing needs is left out: the average.
    assert!(!kinds.iter().any(|kind| kind == "GlobalAveragePool"));
}

#[test]
fn a_relu_with_a_threshold_is_refused_by_its_name() {
    let relu = Activation::Relu { max: None, slope: 0.5, threshold: 1.0 };
    let dense = HeadLayer::Dense { name: "a".into(), units: 5, bias: true };
    let layers = vec![HeadLayer::Flatten, dense, HeadLayer::Activation(relu)];
    let error = encode(&with_head(layers, Activation::Softmax)).unwrap_err();
    assert!(error.to_string().starts_with("the layer relu with a threshold"), "{error}");
}
