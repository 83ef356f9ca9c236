//! What `nasnet eval` found, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::text::printable;
use super::{ModelHeader, pretty};
use crate::answers::labels::{Label, Labels};
use crate::evaluation::{Accuracy, ClassResult, Confusion, Evaluation};
use crate::nasnet::published::Published;

/// The version of the JSON document's shape.
const SCHEMA: u32 = 1;

/// Rows of the table's lists.
const LISTED: usize = 20;

/// All that there is to say.
#[derive(Debug)]
pub struct Report<'a> {
    /// What answered.
    pub model: ModelHeader,
    /// Images without an answer.
    pub failed: usize,
    /// Whether all images were looked at.
    pub complete: bool,
    /// From files to scores.
    pub images_per_second: f64,
    /// What others report of this network on ImageNet.
    pub published: &'static [Published],
    /// What the weights record about themselves.
    pub recorded: Option<serde_json::Value>,
    /// What the classes are called.
    pub labels: Option<&'a Labels>,
    /// The figures.
    pub evaluation: &'a Evaluation,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    model: &'a ModelHeader,
    images: usize,
    failed: usize,
    complete: bool,
    images_per_second: f64,
    top1: Accuracy,
    top5: Accuracy,
    calibration: &'a crate::evaluation::calibration::Calibration,
    published: &'a [Published],
    recorded: &'a Option<serde_json::Value>,
    classes: Vec<ClassLine<'a>>,
    confusions: Vec<ConfusionLine<'a>>,
}

#[derive(Serialize)]
struct ClassLine<'a> {
    wnid: Option<&'a str>,
    label: Option<&'a str>,
    #[serde(flatten)]
    result: &'a ClassResult,
}

#[derive(Serialize)]
struct ConfusionLine<'a> {
    #[serde(flatten)]
    pair: &'a Confusion,
    truth_label: Option<&'a str>,
    answer_label: Option<&'a str>,
}

impl Report<'_> {
    fn label(&self, class: usize) -> Option<&Label> {
        self.labels.and_then(|labels| labels.get(class))
    }

    /// A class as people call it.
    pub fn name(&self, class: usize) -> String {
        self.label(class).map_or(format!("class {class}"), |label| label.name.clone())
    }

    /// Writes a JSON document.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn json<'r>(&'r self, out: &mut dyn Write) -> io::Result<()> {
        let name = |class: usize| self.label(class).map(|label| label.name.as_str());
        let class = |result: &'r ClassResult| ClassLine {
            wnid: self.label(result.index).and_then(|label| label.wnid.as_deref()),
            label: name(result.index),
            result,
        };
        let pair = |pair: &'r Confusion| ConfusionLine {
            pair,
            truth_label: name(pair.truth),
            answer_label: name(pair.answer),
        };
        let evaluation = self.evaluation;
        let document = Document {
            schema: SCHEMA,
            model: &self.model,
            images: evaluation.images,
            failed: self.failed,
            complete: self.complete,
            images_per_second: self.images_per_second,
            top1: evaluation.top1,
            top5: evaluation.top5,
            calibration: &evaluation.calibration,
            published: self.published,
            recorded: &self.recorded,
            classes: evaluation.classes.iter().map(class).collect(),
            confusions: evaluation.confusions.iter().map(pair).collect(),
        };
        pretty(&document, out)
    }

    /// Writes tables.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn table(&self, out: &mut dyn Write) -> io::Result<()> {
        let evaluation = self.evaluation;
        writeln!(out, "{:<14}{}", "model", printable(&self.model.short()))?;
        let part = if self.complete { "" } else { ", interrupted" };
        writeln!(out, "{:<14}{} answered, {} failed{part}", "images", evaluation.images, self.failed)?;
        for (name, accuracy) in [("top-1", &evaluation.top1), ("top-5", &evaluation.top5)] {
            let Accuracy { percent, interval: [low, high], .. } = accuracy;
            writeln!(out, "{name:<14}{percent:.2} %  (95 %: {low:.2} to {high:.2})")?;
        }
        for Published { top1, top5, source } in self.published {
            writeln!(out, "{:<14}{top1} % top-1, {top5} % top-5 ({source})", "published")?;
        }
        if let Some(recorded) = &self.recorded {
            writeln!(out, "{:<14}{}", "recorded", printable(&in_words(recorded)))?;
        }
        let calibration = &evaluation.calibration;
        writeln!(
            out,
            "{:<14}ECE {:.2} %, at the fitted temperature {:.3}: {:.2} %",
            "calibration",
            calibration.expected_error * 100.0,
            calibration.temperature,
            calibration.expected_error_at_temperature * 100.0
        )?;
        writeln!(out, "{:<14}{:.1} images/s", "speed", self.images_per_second)?;

        let mut classes: Vec<&ClassResult> = evaluation.classes.iter().collect();
        classes.sort_by(|a, b| a.top1.percent.total_cmp(&b.top1.percent).then(a.index.cmp(&b.index)));
        let shown = classes.len().min(LISTED);
        writeln!(out, "\nclasses, worst first ({shown} of {}; --json has all)", classes.len())?;
        writeln!(out, "{:>8}{:>9}{:>9}  class", "images", "top-1", "top-5")?;
        for class in classes.into_iter().take(LISTED) {
            let ClassResult { index, images, top1, top5 } = class;
            let name = self.name(*index);
            writeln!(out, "{images:>8}{:>8.1}%{:>8.1}%  {}", top1.percent, top5.percent, printable(&name))?;
        }
        let shown = evaluation.confusions.len().min(LISTED);
        writeln!(out, "\nmost confused ({shown} of {} pairs)", evaluation.confusions.len())?;
        for pair in evaluation.confusions.iter().take(LISTED) {
            let [truth, answer] = [pair.truth, pair.answer].map(|class| self.name(class));
            writeln!(out, "{:>8}  {} taken for {}", pair.images, printable(&truth), printable(&answer))?;
        }
        Ok(())
    }
}

/// What a weights file says of its accuracy, as the table shows published figures; as it stands, if it is of
/// another form.
fn in_words(recorded: &serde_json::Value) -> String {
    let number = |key| recorded.get(key).and_then(serde_json::Value::as_f64);
    let dataset = recorded.get("dataset").and_then(serde_json::Value::as_str);
    match (number("top1"), number("top5"), dataset, number("images")) {
        (Some(top1), Some(top5), Some(dataset), Some(images)) => {
            format!("{top1} % top-1, {top5} % top-5 ({dataset}, {images} images)")
        }
        _ => recorded.to_string(),
    }
}
