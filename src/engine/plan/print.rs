//! A plan as text, one step on each line.

use std::fmt;

use super::{BufferId, Factor, Plan, Product, Step, Work};
use crate::kernels::pool::PoolKind;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |floats: usize| floats as f64 * 4.0 / 1e6;
        writeln!(
            f,
            "{} steps in {} regions, {} buffers in an arena of {:.1} MB an image, {:.1} MB of packed weights",
            self.steps.len(),
            self.regions.len(),
            self.buffers.len(),
            megabytes(self.arena),
            megabytes(self.packed)
        )?;
        for step in &self.steps {
            writeln!(f, "{}", self.line(step))?;
        }
        Ok(())
    }
}

impl Plan {
    /// A step as text: region, result, multiply-adds, what is computed from which buffers into which.
    pub fn line(&self, step: &Step) -> String {
        let shape = step.shape;
        let what = match &step.work {
            Work::Product(Product { factors, .. }) => {
                factors.iter().map(|factor| self.factor(factor)).collect::<Vec<_>>().join(" & ")
            }
            Work::Pool { input, kind, stride } => {
                let kind = match kind {
                    PoolKind::Average { scale, .. } if *scale == 2.0 => "2 average",
                    PoolKind::Average { .. } => "average",
                    PoolKind::Max { .. } => "max",
                };
                format!("{kind} 3/{stride} of {}", name(input))
            }
            Work::Copy { inputs } => names(inputs),
            Work::GlobalAverage { inputs } => format!("mean of {}", names(inputs)),
        };
        let addend = step.addend.map_or(String::new(), |id| format!(" + {}", name(&id)));
        let to = |id: Option<BufferId>, form: &str| id.map(|id| format!("{}{form}", name(&id)));
        let to: Vec<_> = [to(step.raw, ""), to(step.relu, " relu")].into_iter().flatten().collect();
        format!(
            "{:3}  {:>3}x{:<3} x {:<4} {:8.3} M  {what}{addend} -> {}  {}",
            step.region,
            shape.height,
            shape.width,
            shape.channels,
            step.multiply_adds as f64 / 1e6,
            to.join(", "),
            step.name
        )
    }

    /// What kind of work a step is.
    pub fn kind(step: &Step) -> &'static str {
        match &step.work {
            Work::Product(Product { factors, .. }) => match factors.first() {
                Some(Factor::Patches) => "stem convolution",
                Some(Factor::Depthwise { .. }) => "separable convolution",
                Some(Factor::Subsample { .. }) => "1x1 convolution of every second pixel",
                Some(Factor::Pixels(_)) | None => "1x1 convolution",
            },
            Work::Pool { kind: PoolKind::Average { .. }, .. } => "average pooling",
            Work::Pool { kind: PoolKind::Max { .. }, .. } => "max pooling",
            Work::Copy { .. } => "copy",
            Work::GlobalAverage { .. } => "mean over all pixels",
        }
    }

    fn factor(&self, factor: &Factor) -> String {
        match factor {
            Factor::Pixels(inputs) => format!("{} ({})", names(inputs), self.channels(inputs)),
            Factor::Depthwise { input, size, stride, .. } => {
                format!("depthwise {size}/{stride} of {} ({})", name(input), self.channels(&[*input]))
            }
            Factor::Subsample { inputs, offset } => {
                format!("every second of {} from {offset} ({})", names(inputs), self.channels(inputs))
            }
            Factor::Patches => "patches of the image".to_owned(),
        }
    }
}

fn name(id: &BufferId) -> String {
    format!("b{}", id.0)
}

fn names(ids: &[BufferId]) -> String {
    ids.iter().map(name).collect::<Vec<_>>().join(" ")
}
