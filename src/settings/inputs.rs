//! Which images: what is searched, and which part of it is taken.

use super::word;
use crate::cli;
use crate::error::Result;
use crate::inputs::{Excluded, FolderOptions, InputOptions, Shard, Together};

/// The inputs that flags ask for; a shard keeps those `together` that belong together.
///
/// # Errors
/// Names the flag at fault.
pub(super) fn inputs(flags: &cli::Inputs, together: Together) -> Result<InputOptions> {
    let shard: Option<Shard> = flags.shard.as_deref().map(|text| word("--shard", text)).transpose()?;
    Ok(InputOptions {
        paths: flags.paths.clone(),
        files_from: flags.files_from.clone(),
        null: flags.null,
        folders: FolderOptions {
            max_depth: flags.max_depth.map(|depth| depth as usize),
            follow: flags.follow,
            hidden: flags.hidden,
            extensions: flags.ext.iter().map(|ext| ext.trim_start_matches('.').to_lowercase()).collect(),
            except: None,
            exclude: Excluded::new(&flags.exclude)?,
            unsorted: flags.unsorted,
        },
        shard: shard.map(|shard| shard.keeping(together)),
    })
}
