//! A linear head on features that stay as they are: multinomial logistic regression by AdamW over all images at
//! once, stopped when held-out images get no better. The same features and seed give the same head.

use candle_core::{D, Device, Tensor, Var};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

use crate::error::{Error, Result};

/// How a head is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Decides which images are held out.
    pub seed: u64,
    /// The share of each class that is held out, at least one image of it.
    pub holdout: f64,
    /// Steps at most.
    pub steps: usize,
    /// Steps without a better held-out loss after which it ends.
    pub patience: usize,
    /// Of AdamW.
    pub learning_rate: f64,
    /// Of AdamW.
    pub weight_decay: f64,
}

impl Default for Recipe {
    fn default() -> Self {
        Recipe { seed: 0, holdout: 0.2, steps: 1000, patience: 60, learning_rate: 0.01, weight_decay: 0.05 }
    }
}

/// A dense layer and how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// C, classes.
    pub kernel: Vec<f32>,
    /// Classes.
    pub bias: Vec<f32>,
    /// The step whose weights these are.
    pub step: usize,
    /// Right answers and images, of those that were trained on.
    pub trained: (usize, usize),
    /// Right answers and images, of those held out.
    pub held_out: (usize, usize),
}

/// Trains on `features` (N, C) of `classes` (N), numbers below `count`.
///
/// # Errors
/// [`Error::Config`] when a class has fewer than two images, [`Error::Tensor`] when memory is short.
pub fn linear_head(features: &[f32], classes: &[u32], count: usize, recipe: &Recipe) -> Result<Head> {
    let (train, held) = split(classes, count, recipe)?;
    let channels = features.len() / classes.len();
    let (mean, deviation) = statistics(features, channels, &train);
    let part = |places: &[usize]| -> Result<(Tensor, Tensor)> {
        let row = |place: &usize| &features[place * channels..(place + 1) * channels];
        let scaled = |(value, (mean, deviation)): (&f32, (&f32, &f32))| (value - mean) / deviation;
        let numbers: Vec<f32> = places
            .iter()
            .flat_map(|place| row(place).iter().zip(mean.iter().zip(&deviation)).map(scaled))
            .collect();
        let targets: Vec<u32> = places.iter().map(|place| classes[*place]).collect();
        Ok((
            Tensor::from_vec(numbers, (places.len(), channels), &Device::Cpu)?,
            Tensor::from_vec(targets, places.len(), &Device::Cpu)?,
        ))
    };
    let ((train_x, train_y), (held_x, held_y)) = (part(&train)?, part(&held)?);
    let kernel = Var::zeros((channels, count), candle_core::DType::F32, &Device::Cpu)?;
    let bias = Var::zeros(count, candle_core::DType::F32, &Device::Cpu)?;
    let logits = |x: &Tensor| x.matmul(kernel.as_tensor())?.broadcast_add(bias.as_tensor());
    let parameters =
        ParamsAdamW { lr: recipe.learning_rate, weight_decay: recipe.weight_decay, ..ParamsAdamW::default() };
    let mut optimizer = AdamW::new(vec![kernel.clone(), bias.clone()], parameters)?;

    let mut best: Option<(f32, Head)> = None;
    for step in 0..=recipe.steps {
        let held_logits = logits(&held_x)?;
        let loss = candle_nn::loss::cross_entropy(&held_logits, &held_y)?.to_scalar::<f32>()?;
        let train_logits = logits(&train_x)?;
        if best.as_ref().is_none_or(|(least, _)| loss < *least) {
            let (kernel, bias) = unscaled(&kernel, &bias, &mean, &deviation)?;
            let trained = (right(&train_logits, &train_y)?, train.len());
            let held_out = (right(&held_logits, &held_y)?, held.len());
            best = Some((loss, Head { kernel, bias, step, trained, held_out }));
        }
        if best.as_ref().is_some_and(|(_, head)| step >= head.step + recipe.patience) {
            break;
        }
        optimizer.backward_step(&candle_nn::loss::cross_entropy(&train_logits, &train_y)?)?;
    }
    best.map(|(_, head)| head).ok_or_else(|| Error::Config("training gave no finite loss".to_owned()))
}

/// Places to train on and places to hold out, drawn class by class.
fn split(classes: &[u32], count: usize, recipe: &Recipe) -> Result<(Vec<usize>, Vec<usize>)> {
    let (mut train, mut held) = (Vec::new(), Vec::new());
    let mut state = recipe.seed;
    for class in 0..count as u32 {
        let mut places: Vec<usize> = (0..classes.len()).filter(|place| classes[*place] == class).collect();
        if places.len() < 2 {
            let detail = format!("class {class} has {} usable images, expected at least 2", places.len());
            return Err(Error::Config(detail));
        }
        for last in (1..places.len()).rev() {
            places.swap(last, (next_random(&mut state) % (last as u64 + 1)) as usize);
        }
        let out = ((places.len() as f64 * recipe.holdout).round() as usize).clamp(1, places.len() - 1);
        held.extend(places.drain(..out));
        train.extend(places);
    }
    train.sort_unstable();
    held.sort_unstable();
    Ok((train, held))
}

/// SplitMix64: Steele et al. 2014, "Fast splittable pseudorandom number generators".
fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut value = *state;
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Mean and standard deviation of each channel; one that does not vary has deviation 1.
fn statistics(features: &[f32], channels: usize, places: &[usize]) -> (Vec<f32>, Vec<f32>) {
    let count = places.len() as f64;
    let column =
        |channel: usize| places.iter().map(move |place| f64::from(features[place * channels + channel]));
    (0..channels)
        .map(|channel| {
            let mean = column(channel).sum::<f64>() / count;
            let variance = column(channel).map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            let deviation = if variance > 1e-12 { variance.sqrt() } else { 1.0 };
            (mean as f32, deviation as f32)
        })
        .unzip()
}

/// The layer for features as they are: scaling them is part of it.
fn unscaled(kernel: &Var, bias: &Var, mean: &[f32], deviation: &[f32]) -> Result<(Vec<f32>, Vec<f32>)> {
    let mut bias: Vec<f64> = bias.to_vec1::<f32>()?.into_iter().map(f64::from).collect();
    let mut rows = kernel.to_vec2::<f32>()?;
    for (row, (mean, deviation)) in rows.iter_mut().zip(mean.iter().zip(deviation)) {
        for (weight, bias) in row.iter_mut().zip(&mut bias) {
            *weight /= deviation;
            *bias -= f64::from(*weight) * f64::from(*mean);
        }
    }
    Ok((rows.concat(), bias.into_iter().map(|value| value as f32).collect()))
}

fn right(logits: &Tensor, targets: &Tensor) -> Result<usize> {
    let answers = logits.argmax(D::Minus1)?.to_vec1::<u32>()?;
    Ok(answers.iter().zip(targets.to_vec1::<u32>()?).filter(|(answer, target)| *answer == target).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three classes around corners of a triangle, far from the origin.
    fn clouds(count: usize) -> (Vec<f32>, Vec<u32>) {
        let mut state = 7;
        let mut noise = || (next_random(&mut state) >> 40) as f32 / (1 << 24) as f32 - 0.5;
        let classes: Vec<u32> = (0..count as u32).map(|place| place % 3).collect();
        let features = classes.iter().flat_map(|class| {
            let corner = [[50.0, 9.0], [51.0, 9.0], [50.0, 9.1]][*class as usize];
            [corner[0] + 0.6 * noise(), corner[1] + 0.06 * noise()]
        });
        (features.collect(), classes.clone())
    }

    #[test]
    fn classes_that_a_line_tells_apart_are_told_apart_and_twice_the_same() {
        let (features, classes) = clouds(90);
        let head = linear_head(&features, &classes, 3, &Recipe::default()).unwrap();
        assert_eq!((head.trained, head.held_out), ((72, 72), (18, 18)));
        assert_eq!(linear_head(&features, &classes, 3, &Recipe::default()).unwrap(), head);
        for (row, class) in features.chunks(2).zip(&classes) {
            let score = |k: usize| row[0] * head.kernel[k] + row[1] * head.kernel[3 + k] + head.bias[k];
            let best = (0..3).max_by(|a, b| score(*a).total_cmp(&score(*b)));
            assert_eq!(best, Some(*class as usize), "the layer is for features as they are");
        }
    }

    #[test]
    fn a_class_of_one_image_is_refused() {
        let error = linear_head(&[0.0, 1.0, 2.0], &[0, 0, 1], 2, &Recipe::default()).unwrap_err();
        assert!(error.to_string().contains("class 1 has 1 usable images"), "{error}");
    }
}
