//! The library's front door: a model with its weights, ready for images.

use std::num::NonZeroUsize;
use std::path::Path;

use candle_core::Device;

use crate::answers::labels::Labels;
use crate::answers::predictions::{Prediction, Scores, Selection, select};
use crate::answers::temperature::probabilities;
use crate::engine::{Engine, NetworkOutput, Placement, max_pool};
use crate::error::{Error, Result};
use crate::explain::{ActivationMap, Explanation, Top};
use crate::graph::Activation;
use crate::image::decode::Rgb8;
use crate::image::preprocess::{Preprocessing, Region, preprocess_into, region, resized_size};
use crate::kernels::Precision;
use crate::nasnet::{Config, Dialect, Head};
use crate::weights::card::check_labels;
use crate::weights::{self, LoadedModel, Overrides};

/// How a classifier is set up where it is not as its weights say.
#[derive(Debug, Clone)]
pub struct ClassifierOptions {
    /// How images become input; `None` for what the weights record, else timm's way.
    pub preprocessing: Option<Preprocessing>,
    /// Where it runs.
    pub device: Device,
    /// Threads of a CPU; `None` for one a core.
    pub threads: Option<NonZeroUsize>,
    /// In which numbers it computes; others than f32 are for CUDA.
    pub precision: Precision,
    /// Keep a copy of the last layer, which [`Classifier::activation_map`] needs: 4 bytes * C * classes, 4 MB of
    /// Mobile and 16 MB of Large.
    pub keep_top: bool,
}

impl Default for ClassifierOptions {
    fn default() -> Self {
        ClassifierOptions {
            preprocessing: None,
            device: Device::Cpu,
            threads: None,
            precision: Precision::F32,
            keep_top: true,
        }
    }
}

/// How a feature map becomes features.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// Not at all: H, W, C.
    None,
    /// The mean over all pixels: C.
    Average,
    /// The maximum over all pixels: C.
    Max,
}

/// A NASNet-A that classifies images.
///
/// ```
/// use nasnet::{Classifier, Rgb8, Selection};
///
/// let classifier = Classifier::builtin()?;
/// let image = Rgb8 { width: 60, height: 40, pixels: vec![200; 60 * 40 * 3] };
/// let answers = classifier.classify(&[image], Selection { top_k: 3, threshold: None })?;
/// assert_eq!(answers[0].len(), 3);
/// let best = answers[0][0].label.as_ref().map(|label| &label.name);
/// assert!(best.is_some());
/// # Ok::<(), nasnet::Error>(())
/// ```
#[derive(Debug)]
pub struct Classifier {
    loaded: LoadedModel,
    engine: Engine,
    preprocessing: Preprocessing,
    labels: Option<Labels>,
    top: Option<Top>,
}

impl Classifier {
    /// The built-in small model, on the CPU.
    ///
    /// # Errors
    /// Never in a build that passes its tests.
    pub fn builtin() -> Result<Self> {
        Classifier::new(weights::builtin(&Overrides::default())?, ClassifierOptions::default())
    }

    /// A weights file of any known kind, on the CPU.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no NASNet-A.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Classifier::new(weights::load(path.as_ref(), &Overrides::default())?, ClassifierOptions::default())
    }

    /// Loaded weights, set up as `options` say. Labels are those of the weights; a model of 1000 classes
    /// without labels is taken for one of ImageNet.
    ///
    /// # Errors
    /// When the labels are not as many as the classes, or the device refuses the weights or the precision.
    pub fn new(mut loaded: LoadedModel, options: ClassifierOptions) -> Result<Self> {
        check_labels(loaded.labels.as_ref(), &loaded.config)
            .map_err(|detail| Error::Labels { origin: format!("for {}", loaded.name), detail })?;
        let labels = match (&loaded.labels, loaded.config.classes) {
            (Some(labels), _) => Some(labels.clone()),
            (None, Some(1000)) => Some(Labels::imagenet().clone()),
            (None, _) => None,
        };
        let preprocessing = options.preprocessing.or(loaded.preprocessing).unwrap_or_default();
        preprocessing.validate().map_err(Error::Config)?;
        let threads = options.threads.or_else(|| std::thread::available_parallelism().ok());
        let placement = Placement {
            device: &options.device,
            threads: threads.map_or(1, NonZeroUsize::get),
            precision: options.precision,
        };
        let engine = Engine::new(&loaded.graph, &loaded.weights, placement)?;
        let top = if options.keep_top { Top::of(&loaded.graph, &loaded.weights) } else { None };
        loaded.release_weights();
        Ok(Classifier { loaded, engine, preprocessing, labels, top })
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.loaded.name
    }

    /// Which network it is.
    pub fn config(&self) -> &Config {
        &self.loaded.config
    }

    /// How its strided pools treat the border.
    pub fn dialect(&self) -> Dialect {
        self.loaded.dialect
    }

    /// What its weights are and where they came from.
    pub fn weights(&self) -> &LoadedModel {
        &self.loaded
    }

    /// How images become its input.
    pub fn preprocessing(&self) -> &Preprocessing {
        &self.preprocessing
    }

    /// What its classes are called, if that is known.
    pub fn labels(&self) -> Option<&Labels> {
        self.labels.as_ref()
    }

    /// The number of its classes.
    ///
    /// # Errors
    /// When it has no classification top.
    pub fn classes(&self) -> Result<usize> {
        self.loaded.classes()
    }

    /// What its logits are to be divided by before softmax: 1, or what was fitted and is recorded in its weights.
    pub fn temperature(&self) -> f64 {
        self.loaded.temperature.as_ref().map_or(1.0, |fitted| fitted.temperature)
    }

    /// Where it runs: `cpu`, `cuda:N` or `metal`.
    pub fn device(&self) -> String {
        self.engine.device()
    }

    /// What runs it.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// An image as the network takes it: H, W, 3, from -1 to 1.
    pub fn preprocess(&self, image: &Rgb8) -> Vec<f32> {
        let mut pixels = vec![0.0; self.engine.input().elements()];
        let (height, width) = self.config().input_size;
        preprocess_into(image, (height as u32, width as u32), &self.preprocessing, &mut pixels);
        pixels
    }

    /// The size (H, W) to which an image of `size` (H, W) is resized for the network.
    pub(crate) fn resized(&self, size: (u32, u32)) -> (u32, u32) {
        let (height, width) = self.config().input_size;
        resized_size(size, (height as u32, width as u32), &self.preprocessing)
    }

    fn inputs(&self, images: &[Rgb8]) -> Vec<Vec<f32>> {
        images.iter().map(|image| self.preprocess(image)).collect()
    }

    /// The best classes of each image, with probabilities.
    ///
    /// # Errors
    /// When the model has no top, or the device fails.
    pub fn classify(&self, images: &[Rgb8], selection: Selection) -> Result<Vec<Vec<Prediction>>> {
        let inputs = self.inputs(images);
        let rows = self.logits(&slices(&inputs))?;
        Ok(rows.iter().map(|row| self.predictions(row, Scores::Probability, selection)).collect())
    }

    /// The class scores before softmax of preprocessed images, a row an image.
    ///
    /// `images`: H, W, 3 each. An image's scores do not depend on its neighbours.
    ///
    /// # Errors
    /// When the model has no top, an image has not the input's size, or the device fails.
    pub fn logits(&self, images: &[&[f32]]) -> Result<Vec<Vec<f32>>> {
        self.classes()?;
        self.engine.run(images, NetworkOutput::Logits)
    }

    /// The features of each image: the network without its top.
    ///
    /// # Errors
    /// When the device fails.
    pub fn features(&self, images: &[Rgb8], pooling: Pooling) -> Result<Vec<Vec<f32>>> {
        let inputs = self.inputs(images);
        let output =
            if pooling == Pooling::Average { NetworkOutput::Pooled } else { NetworkOutput::Features };
        let mut rows = self.engine.run(&slices(&inputs), output)?;
        if pooling == Pooling::Max {
            let channels = self.config().penultimate_filters;
            rows.iter_mut().for_each(|map| *map = max_pool(map, channels));
        }
        Ok(rows)
    }

    /// Where in an image the score of a class comes from, exactly: the mean of the map and the bias are the logit.
    ///
    /// `features`: the image's last feature map, H, W, C, as [`Self::features`] gives it without pooling.
    ///
    /// # Errors
    /// When the model has no top or did not keep it, there is no such class, or `features` are another map's.
    pub fn activation_map(&self, features: &[f32], class: usize) -> Result<ActivationMap> {
        let classes = self.classes()?;
        let top = self.top.as_ref().ok_or_else(|| match self.head() {
            Some(head) if !self.loaded.graph.has_usual_head() => Error::Config(format!(
                "activation maps need a head of an average and one dense layer, this model's is: {head}"
            )),
            _ => Error::Config("activation maps need a classifier that was opened with keep_top".to_owned()),
        })?;
        let shape = self.loaded.graph.node(self.loaded.graph.features).shape;
        if class >= classes {
            return Err(Error::Config(format!("class {class} of a model of {classes} classes")));
        }
        if features.len() != shape.elements() {
            let (expected, got) = (shape.elements(), features.len());
            return Err(Error::Config(format!("expected {expected} numbers of a feature map, got {got}")));
        }
        Ok(top.map(features, (shape.height, shape.width), class))
    }

    /// The best classes of an image, with probabilities, and where in it each score comes from.
    ///
    /// # Errors
    /// When the model has no top or did not keep it, or the device fails.
    ///
    /// ```
    /// use nasnet::{Classifier, DecodeOptions, Selection, decode, explain};
    ///
    /// let classifier = Classifier::builtin()?;
    /// let image = decode(&std::fs::read("fixtures/photos/espresso.jpg")?, &DecodeOptions::default())?;
    /// let best = classifier.explain(&image, Selection { top_k: 1, threshold: None })?.remove(0);
    /// assert_eq!((best.map.height, best.map.width), (2, 2));
    /// let drawn = explain::overlay(&image, &best.map, classifier.region(&image));
    /// assert_eq!((drawn.width, drawn.height), (image.width, image.height));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, image: &Rgb8, selection: Selection) -> Result<Vec<Explanation>> {
        self.classes()?;
        let outputs = [NetworkOutput::Logits, NetworkOutput::Features];
        let [mut logits, mut features] = self.engine.run_for(&[&self.preprocess(image)], outputs)?;
        let (Some(logits), Some(features)) = (logits.pop(), features.pop()) else {
            return Err(Error::Config("a row of scores is missing".to_owned()));
        };
        let best = self.predictions(&logits, Scores::Probability, selection);
        let explained = best.into_iter().map(|prediction| {
            let map = self.activation_map(&features, prediction.index)?;
            Ok(Explanation { prediction, map })
        });
        explained.collect()
    }

    /// The part of an image that the network is shown, in pixels of the image.
    pub fn region(&self, image: &Rgb8) -> Region {
        let (height, width) = self.config().input_size;
        region((image.height, image.width), (height as u32, width as u32), &self.preprocessing)
    }

    /// What follows its features; `None` where nothing does.
    pub fn head(&self) -> Option<&Head> {
        self.loaded.head.as_ref()
    }

    /// What makes scores of its logits. Softmax for a sigmoid of one output, too, which is two classes here.
    pub fn activation(&self) -> Activation {
        self.head().map_or(Activation::Softmax, Head::over_classes)
    }

    /// The scores of one image's logits: probabilities for a model that ends in softmax.
    pub fn scores(&self, logits: &[f32]) -> Vec<f32> {
        if self.activation() == Activation::Softmax {
            return probabilities(logits, self.temperature(), None);
        }
        let mut scores = logits.to_vec();
        self.activation().apply(&mut scores);
        scores
    }

    /// One image's scores as named predictions.
    pub fn predictions(&self, logits: &[f32], scores: Scores, selection: Selection) -> Vec<Prediction> {
        match scores {
            Scores::Logit => select(logits, selection, self.labels()),
            Scores::Probability => select(&self.scores(logits), selection, self.labels()),
        }
    }
}

fn slices(inputs: &[Vec<f32>]) -> Vec<&[f32]> {
    inputs.iter().map(|input| &input[..]).collect()
}
