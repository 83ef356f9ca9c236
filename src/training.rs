//! A linear head on features that stay as they are: multinomial logistic regression with the penalty that
//! scikit-learn's `LogisticRegression` has by default, by AdamW over all images at once. Training stops
//! when the loss of held-out images stops falling; then a final head is trained on all images for as many steps. The same
//! features and seed give the same head.

use candle_core::{D, DType, Device, Tensor, Var};
use candle_nn::loss::cross_entropy;
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

use crate::error::{Error, Result};

/// The share of the held-out loss within which it counts as settled.
const SETTLED: f32 = 0.005;

/// How a head is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Decides which images are held out.
    pub seed: u64,
    /// The share of each class that is held out, at least one image of it.
    pub holdout: f64,
    /// Steps at most.
    pub steps: usize,
    /// Steps without a change of the held-out loss after which it ends.
    pub patience: usize,
    /// Of AdamW.
    pub learning_rate: f64,
    /// scikit-learn's C: the smaller, the shorter the weights.
    pub c: f64,
}

impl Default for Recipe {
    fn default() -> Self {
        Recipe { seed: 0, holdout: 0.2, steps: 1000, patience: 25, learning_rate: 0.01, c: 1.0 }
    }
}

/// A dense layer and how good it is.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedHead {
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
pub fn linear_head(features: &[f32], classes: &[u32], count: usize, recipe: &Recipe) -> Result<TrainedHead> {
    let (train, held) = split(classes, count, recipe)?;
    let channels = features.len() / classes.len().max(1);
    let all: Vec<usize> = (0..classes.len()).collect();
    let examples = Examples { features, classes, channels, count };
    let Fit { step, trained, held_out, .. } = examples.fit(&train, &held, recipe)?;
    let Fit { kernel, bias, .. } = examples.fit(&all, &[], &Recipe { steps: step, ..*recipe })?;
    Ok(TrainedHead { kernel, bias, step, trained: (trained, train.len()), held_out: (held_out, held.len()) })
}

struct Examples<'a> {
    /// N, C.
    features: &'a [f32],
    classes: &'a [u32],
    channels: usize,
    count: usize,
}

/// Weights after some steps, and how many answers they get right.
struct Fit {
    kernel: Vec<f32>,
    bias: Vec<f32>,
    step: usize,
    trained: usize,
    held_out: usize,
}

impl Examples<'_> {
    /// Features about their mean, which speeds training up and changes nothing else, and their classes.
    fn part(&self, places: &[usize], mean: &[f32]) -> Result<(Tensor, Tensor)> {
        let row = |place: &usize| &self.features[place * self.channels..(place + 1) * self.channels];
        let centred =
            places.iter().flat_map(|place| row(place).iter().zip(mean).map(|(value, mean)| value - mean));
        let shape = (places.len(), self.channels);
        let targets: Vec<u32> = places.iter().map(|place| self.classes[*place]).collect();
        Ok((
            Tensor::from_vec(centred.collect(), shape, &Device::Cpu)?,
            Tensor::from_vec(targets, places.len(), &Device::Cpu)?,
        ))
    }

    /// Trains on some images: until the loss on `held` has settled, or all steps where nothing is held out.
    fn fit(&self, train: &[usize], held: &[usize], recipe: &Recipe) -> Result<Fit> {
        let mean = mean(self.features, self.channels, train);
        let (x, y) = self.part(train, &mean)?;
        let held = if held.is_empty() { None } else { Some(self.part(held, &mean)?) };
        let kernel = Var::zeros((self.channels, self.count), DType::F32, &Device::Cpu)?;
        let bias = Var::zeros(self.count, DType::F32, &Device::Cpu)?;
        let logits = |x: &Tensor| x.matmul(kernel.as_tensor())?.broadcast_add(bias.as_tensor());
        // The penalty is part of the loss, as in scikit-learn, so AdamW decays nothing by itself.
        let parameters =
            ParamsAdamW { lr: recipe.learning_rate, weight_decay: 0.0, ..ParamsAdamW::default() };
        let mut optimizer = AdamW::new(vec![kernel.clone(), bias.clone()], parameters)?;
        let penalty = 0.5 / (recipe.c * train.len() as f64);
        // The loss that the latest ones are held against, and the step that had it.
        let (mut level, mut since) = (f32::INFINITY, 0);
        let mut step = 0;
        loop {
            let train_logits = logits(&x)?;
            let held_logits = held.as_ref().map(|(x, _)| logits(x)).transpose()?;
            if let (Some(logits), Some((_, y))) = (&held_logits, &held) {
                let loss = cross_entropy(logits, y)?.to_scalar::<f32>()?;
                let moves = !level.is_finite() || (loss - level).abs() > SETTLED * level;
                if moves {
                    (level, since) = (loss, step);
                }
            }
            let settled = held.is_some() && step >= since + recipe.patience;
            if settled || step >= recipe.steps {
                let (kernel, bias) = uncentred(&kernel, &bias, &mean)?;
                let held_out = match (&held_logits, &held) {
                    (Some(logits), Some((_, y))) => right(logits, y)?,
                    _ => 0,
                };
                return Ok(Fit { kernel, bias, step, trained: right(&train_logits, &y)?, held_out });
            }
            let shortness = (kernel.sqr()?.sum_all()? * penalty)?;
            optimizer.backward_step(&(cross_entropy(&train_logits, &y)? + shortness)?)?;
            step += 1;
        }
    }
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

/// The mean of each channel.
fn mean(features: &[f32], channels: usize, places: &[usize]) -> Vec<f32> {
    let sum = |channel: usize| {
        places.iter().map(|place| f64::from(features[place * channels + channel])).sum::<f64>()
    };
    (0..channels).map(|channel| (sum(channel) / places.len() as f64) as f32).collect()
}

/// The layer for features as they are.
fn uncentred(kernel: &Var, bias: &Var, mean: &[f32]) -> Result<(Vec<f32>, Vec<f32>)> {
    let mut bias: Vec<f64> = bias.to_vec1::<f32>()?.into_iter().map(f64::from).collect();
    let rows = kernel.to_vec2::<f32>()?;
    for (row, mean) in rows.iter().zip(mean) {
        for (weight, bias) in row.iter().zip(&mut bias) {
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
            let corner = [[50.0, 9.0], [54.0, 9.0], [50.0, 13.0]][*class as usize];
            [corner[0] + 1.6 * noise(), corner[1] + 1.6 * noise()]
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
