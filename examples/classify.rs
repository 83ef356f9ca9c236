//! The library in twenty lines: the built-in model on the photos that are named.
//!
//!     cargo run --release --example classify -- fixtures/photos/*.jpg

use nasnet::{Classifier, DecodeOptions, Selection, decode};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let classifier = Classifier::builtin()?;
    for path in std::env::args().skip(1) {
        let image = match decode(&std::fs::read(&path)?, &DecodeOptions::default()) {
            Ok(image) => image,
            Err(error) => {
                println!("{path}: {error}");
                continue;
            }
        };
        let predictions = classifier.classify(&[image], Selection { top_k: 3, threshold: None })?.remove(0);
        let names =
            predictions.iter().filter_map(|prediction| Some(prediction.label.as_ref()?.name.as_str()));
        println!("{path}: {}", names.collect::<Vec<_>>().join(", "));
    }
    Ok(())
}
