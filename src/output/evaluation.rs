//! The output of `nasnet eval`, as text and JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::text::{count, printable};
use super::{ModelHeader, pretty};
use crate::answers::labels::{Label, Labels};
use crate::answers::temperature::Fitted;
use crate::evaluation::selective::{Selective, Share};
use crate::evaluation::{Accuracy, ClassResult, Confusion, Evaluation};
use crate::nasnet::published::Published;

/// The version of the JSON document's shape.
const SCHEMA: u32 = 1;

/// Rows of the table's lists.
const LISTED: usize = 20;

/// Everything that is reported.
#[derive(Debug)]
pub struct AccuracyReport<'a> {
    /// What answered.
    pub model: ModelHeader,
    /// What logits were divided by.
    pub temperature: f64,
    /// How that was found, where the weights record it.
    pub fitted: Option<&'a Fitted>,
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
    temperature: f64,
    images: usize,
    failed: usize,
    complete: bool,
    images_per_second: f64,
    top1: Accuracy,
    top5: Accuracy,
    calibration: &'a crate::evaluation::calibration::Calibration,
    #[serde(skip_serializing_if = "Option::is_none")]
    selective: &'a Option<Vec<Selective>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    selective_curve: &'a Option<Vec<Selective>>,
    published: &'a [Published],
    recorded: &'a Option<serde_json::Value>,
    classes: Vec<ClassAccuracy<'a>>,
    confusions: Vec<ConfusionLine<'a>>,
}

#[derive(Serialize)]
struct ClassAccuracy<'a> {
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

impl AccuracyReport<'_> {
    /// The temperature in words, where it is not 1.
    fn at_temperature(&self) -> String {
        match self.fitted {
            _ if self.temperature == 1.0 => String::new(),
            Some(fitted) => {
                let images = count(fitted.images as u64, "image");
                format!(" at temperature {:.3} (fitted on {images})", self.temperature)
            }
            None => format!(" at temperature {:.3}", self.temperature),
        }
    }

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
        let class = |result: &'r ClassResult| ClassAccuracy {
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
            temperature: self.temperature,
            images: evaluation.images,
            failed: self.failed,
            complete: self.complete,
            images_per_second: self.images_per_second,
            top1: evaluation.top1,
            top5: evaluation.top5,
            calibration: &evaluation.calibration,
            selective: &evaluation.selective,
            selective_curve: &evaluation.selective_curve,
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
        let [in_use, by_chance, at_best] = [
            calibration.expected_error,
            calibration.expected_error_by_chance,
            calibration.expected_error_at_temperature,
        ]
        .map(|error| error * 100.0);
        let (loss, best) = (calibration.log_loss, calibration.temperature);
        let (loss_at_best, images) =
            (calibration.log_loss_at_temperature, count(evaluation.images as u64, "image"));
        writeln!(out, "{:<14}ECE {in_use:.2} %, log-loss {loss:.4}{}", "calibration", self.at_temperature())?;
        writeln!(out, "{:<14}ECE {by_chance:.2} % is what chance alone gives with {images}", "")?;
        writeln!(
            out,
            "{:<14}ECE {at_best:.2} %, log-loss {loss_at_best:.4} at temperature {best:.3}, the best for these images",
            ""
        )?;
        writeln!(out, "{:<14}{:.1} images/s", "speed", self.images_per_second)?;

        if let Some(selective) = &evaluation.selective {
            writeln!(
                out,
                "\nrolled-up answers (--rollup P): share of images, and precision of those answers"
            )?;
            writeln!(out, "{:>6}{:>18}{:>18}{:>18}{:>10}", "P", "class", "group", "either", "unknown")?;
            for row in selective {
                let [class, group, answered] = [row.class, row.group, row.answered].map(in_figures);
                let unknown = format!("{:.1} %", row.unknown_percent);
                writeln!(out, "{:>6}{class:>18}{group:>18}{answered:>18}{unknown:>10}", row.rollup)?;
            }
        }

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

/// A share of images, and its precision.
fn in_figures(share: Share) -> String {
    let precision = share.precision.map_or("-".to_owned(), |precision| format!("{precision:.1} %"));
    format!("{:.1} % {precision:>8}", share.percent)
}

/// The accuracy that a weights file records, written as published figures are; unchanged if its form is unknown.
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
