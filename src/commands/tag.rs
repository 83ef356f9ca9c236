//! `nasnet tag`: keywords of images into their XMP sidecars.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::ExitStatus;
use crate::answers::keywords::{Keywords, Vocabulary};
use crate::answers::policy::Policy;
use crate::engine::NetworkOutput::Logits;
use crate::inputs::{self, PathKey};
use crate::output::console::Console;
use crate::output::text::{count, printable, write_counts};
use crate::run::answering;
use crate::run::image_run::{ImageRun, Inputs, count_ahead};
use crate::run::interrupt::Interrupt;
use crate::run::pipeline::{Answered, Numbers, Pipeline};
use crate::run::tagger::{Done, TagJob, TagResult, Tagger, image_of, sidecar_of};
use crate::settings::{Common, SidecarName, Tag};

/// Runs the command.
///
/// # Errors
/// When it cannot start: inputs, model, device; or when stdout cannot be written.
pub fn run(settings: &Tag, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    if settings.remove {
        return remove(settings, common, stdout);
    }
    let console = common.console;
    let sources = inputs::sources(&settings.inputs)?;
    let pipeline = Pipeline::open_for(&settings.inputs, &settings.pipeline, console)?;
    let policy = answering::policy(&settings.answers, &pipeline.classifier, console)?;
    let Some(labels) = pipeline.classifier.labels() else {
        bail!("the model has no labels, so there are no keywords; --labels FILE names its classes");
    };
    let vocabulary = Vocabulary::new(labels, policy.rules());
    let inputs = Inputs { options: &settings.inputs, ledger: None };
    let scrolls = settings.dry_run && common.table.is_terminal;
    let mut run = ImageRun::start(&pipeline, inputs, sources, Logits, console.scrolling(scrolls))?;
    let mut tagging = Tagging::start(settings, console)?;
    run.for_each_batch(|batch| tagging.answers(batch, &policy, &vocabulary, stdout))?;
    let untagged = tagging.finish(stdout)?;
    if let Some(signal) = run.signal() {
        return Ok(ExitStatus::Interrupted(signal));
    }
    Ok(ExitStatus::of_images(run.sum_up().failed + untagged, settings.exit_zero))
}

/// Takes out the keywords that are ours; images are not looked at.
fn remove(settings: &Tag, common: Common, stdout: &mut dyn Write) -> Result<ExitStatus> {
    let (sources, passed_over) = inputs::sources(&settings.inputs)?;
    let interrupt = Interrupt::listen()?;
    let mut tagging = Tagging::start(settings, common.console)?;
    let scrolls = settings.dry_run && common.table.is_terminal;
    let counter = common.console.scrolling(scrolls).counter();
    count_ahead(&counter, &settings.inputs);
    let mut walked = 0u64;
    for source in sources {
        if interrupt.signal().is_some() {
            break;
        }
        walked += 1;
        if settings.inputs.takes(&source.path) {
            tagging.tag(source.path, Keywords::default(), stdout)?;
            counter.inc(1);
        }
    }
    counter.finish_and_clear();
    if walked == 0 && interrupt.signal().is_none() {
        return Err(inputs::none(&settings.inputs, &passed_over).into());
    }
    let untagged = tagging.finish(stdout)?;
    if let Some(signal) = interrupt.signal() {
        return Ok(ExitStatus::Interrupted(signal));
    }
    if passed_over.count() > 0 {
        common.console.note(&passed_over.describe());
    }
    Ok(ExitStatus::of_images(untagged, settings.exit_zero))
}

struct Tagging<'a> {
    tagger: Tagger,
    settings: &'a Tag,
    console: Console,
    /// Sidecars of this run, and whose they are.
    taken: HashMap<PathKey, Owner>,
    /// Images whose sidecar holds the keywords of another one.
    shared: u64,
    tally: Tally,
}

/// The image whose keywords a sidecar holds.
struct Owner {
    /// Its extension, where sidecars are named by stems.
    extension: OsString,
    /// Whether it had its turn.
    tagged: bool,
}

/// What was done to the sidecars of a run.
#[derive(Default)]
struct Tally {
    /// Images by keyword, without those that could not be tagged.
    keywords: BTreeMap<String, u64>,
    done: BTreeMap<Done, u64>,
    /// Sidecars that could not be read, edited or written.
    untagged: u64,
}

impl<'a> Tagging<'a> {
    fn start(settings: &'a Tag, console: Console) -> Result<Self> {
        Ok(Tagging {
            tagger: Tagger::start(settings.sidecar_name, settings.dry_run)?,
            settings,
            console,
            taken: HashMap::new(),
            shared: 0,
            tally: Tally::default(),
        })
    }

    /// Tags a batch. An image that cannot be read is reported, and the run goes on.
    fn answers(
        &mut self,
        images: Vec<Answered>,
        policy: &Policy,
        vocabulary: &Vocabulary,
        stdout: &mut dyn Write,
    ) -> Result<()> {
        for Answered { path, result, .. } in images {
            match result {
                Ok(Numbers { row, .. }) => {
                    self.tag(path, vocabulary.of(&policy.decide(&row)), stdout)?;
                }
                Err(error) => {
                    let kind = error.kind.as_str();
                    self.console.error(&format!("{}: not tagged ({kind}): {error}", path.display()));
                }
            }
        }
        Ok(())
    }

    fn tag(&mut self, path: PathBuf, keywords: Keywords, stdout: &mut dyn Write) -> Result<()> {
        if !self.may_write_its_sidecar(&path) {
            return Ok(());
        }
        match self.tagger.take(TagJob { path, keywords }) {
            Some(report) => self.tally.add(report, self.settings.dry_run, self.console, stdout),
            None => Ok(()),
        }
    }

    /// Whether the sidecar is the image's own. One that several images have is that of the image whose keywords it holds
    /// from an earlier run, else of the first one of this run: of a raw photo and its JPEG, which Lightroom treats as
    /// one, either will do, and different photos should not mix their keywords.
    fn may_write_its_sidecar(&mut self, path: &Path) -> bool {
        let sidecar = sidecar_of(path, self.settings.sidecar_name);
        let by_stem = self.settings.sidecar_name == SidecarName::Stem;
        let extension = |image: &Path| match by_stem {
            true => image.extension().unwrap_or_default().to_owned(),
            false => OsString::new(),
        };
        let remove = self.settings.remove;
        let owner = self.taken.entry(PathKey::of(&sidecar)).or_insert_with(|| {
            let before = if by_stem && !remove { image_of(&sidecar) } else { None };
            Owner { extension: extension(before.as_deref().unwrap_or(path)), tagged: false }
        });
        if owner.extension == extension(path) {
            // An image that is named twice has all it needs.
            return !std::mem::replace(&mut owner.tagged, true);
        }
        if !remove {
            self.shared += 1;
            let (sidecar, owner) = (sidecar.display(), path.with_extension(&owner.extension));
            self.console.note(&format!(
                "{}: not tagged: {sidecar} is the sidecar of {} too, and holds its keywords",
                path.display(),
                owner.display()
            ));
        }
        false
    }

    /// Waits for all sidecars, and says how many images have which keyword on stdout, the rest on stderr. Returns how
    /// many images could not be tagged.
    fn finish(self, stdout: &mut dyn Write) -> Result<u64> {
        let Tagging { tagger, settings, console, shared, mut tally, .. } = self;
        for report in tagger.finish() {
            tally.add(report, settings.dry_run, console, stdout)?;
        }
        let mut keywords: Vec<(&String, &u64)> = tally.keywords.iter().collect();
        if settings.dry_run && !keywords.is_empty() && tally.changed() > 0 {
            writeln!(stdout)?;
        }
        keywords.sort_by_key(|(_, images)| std::cmp::Reverse(**images));
        write_counts(keywords.into_iter().map(|(keyword, images)| (keyword.into(), *images)), stdout)?;
        console.note(&tally.summary(settings, shared));
        if shared > 0 {
            console.tip("--sidecar-name full gives each image a sidecar of its own");
        }
        Ok(tally.untagged)
    }
}

impl Tally {
    fn of(&self, what: Done) -> u64 {
        self.done.get(&what).copied().unwrap_or(0)
    }

    /// Sidecars that came, went or have other keywords.
    fn changed(&self) -> u64 {
        [Done::New, Done::Edited, Done::Deleted].map(|what| self.of(what)).iter().sum()
    }

    /// What became of the sidecars, in one line.
    fn summary(&self, settings: &Tag, shared: u64) -> String {
        let would = if settings.dry_run { "would be " } else { "" };
        let images = |number| count(number, "image");
        let Tally { untagged, .. } = self;
        let mut parts = if settings.remove {
            let without = images(self.of(Done::Same) + self.of(Done::None));
            vec![
                (1, format!("keywords {would}taken out of {}", count(self.changed(), "sidecar"))),
                (self.of(Done::Deleted), format!("{} of them {would}deleted", self.of(Done::Deleted))),
                (self.of(Done::Same) + self.of(Done::None), format!("{without} had none of ours")),
            ]
        } else {
            let written = count(self.of(Done::New) + self.of(Done::Edited), "sidecar");
            vec![
                (1, format!("{written} {would}written")),
                (self.of(Done::Deleted), format!("{} {would}deleted", self.of(Done::Deleted))),
                (self.of(Done::Same), format!("{} as before", self.of(Done::Same))),
                (self.of(Done::None), format!("{} without keywords", images(self.of(Done::None)))),
                (shared, format!("{} with another one's sidecar", images(shared))),
            ]
        };
        parts.push((
            *untagged,
            format!("{untagged} could not be {}", if settings.remove { "edited" } else { "tagged" }),
        ));
        let said: Vec<String> =
            parts.into_iter().filter(|(number, _)| *number > 0).map(|(_, text)| text).collect();
        said.join(", ")
    }

    /// Counts a report, and prints its error or, in a dry run, its changes.
    fn add(
        &mut self,
        report: TagResult,
        dry_run: bool,
        console: Console,
        stdout: &mut dyn Write,
    ) -> Result<()> {
        let sidecar = report.sidecar.display();
        match report.result {
            Ok(tagged) => {
                *self.done.entry(tagged.done).or_default() += 1;
                for word in report.words {
                    *self.keywords.entry(word).or_default() += 1;
                }
                if dry_run && !matches!(tagged.done, Done::Same | Done::None) {
                    let added = tagged.added.iter().map(|word| format!("+ {word}"));
                    let removed = tagged.removed.iter().map(|word| format!("- {word}"));
                    let changes: Vec<String> = removed.chain(added).collect();
                    writeln!(stdout, "{}", printable(&format!("{sidecar}: {}", changes.join(", "))))?;
                }
            }
            Err(error) => {
                self.untagged += 1;
                console.error(&format!("{sidecar}: not tagged: {error}"));
            }
        }
        Ok(())
    }
}
