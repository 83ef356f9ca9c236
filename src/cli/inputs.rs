//! Flags that say which images.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

#[derive(Debug, Args)]
#[command(next_help_heading = "Inputs")]
pub struct Inputs {
    /// Image files, folders, globs, or - for one image on stdin
    ///
    /// Folders are searched recursively for files with the extensions of images.
    #[arg(value_name = "INPUT")]
    pub paths: Vec<PathBuf>,

    /// Read paths from a file, one a line (- for stdin)
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub files_from: Option<PathBuf>,

    /// The paths of --files-from end in NUL instead of a newline
    #[arg(long, short = '0', requires = "files_from", hide_short_help = true)]
    pub null: bool,

    /// Search folders this many levels deep (1: only their own files)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), hide_short_help = true)]
    pub max_depth: Option<u32>,

    /// Follow symbolic links in folders
    #[arg(long, hide_short_help = true)]
    pub follow: bool,

    /// Leave out files and folders that match: a pattern without / matches names, one with it paths below the argument
    ///
    /// Folders such as @eaDir, .thumbnails and .git are always left out. A file that you name is always tried.
    #[arg(long, value_name = "GLOB", hide_short_help = true)]
    pub exclude: Vec<String>,

    /// Include hidden files and folders in folders
    #[arg(long, hide_short_help = true)]
    pub hidden: bool,

    /// Extensions of image files in folders, in any case [default: those of every supported format]
    #[arg(long, value_name = "EXT", value_delimiter = ',', value_parser = NonEmptyStringValueParser::new())]
    #[arg(hide_short_help = true)]
    pub ext: Vec<String>,

    /// Start at once: take the files of a folder in the order in which they are found
    #[arg(long, hide_short_help = true)]
    pub unsorted: bool,

    /// Take only part I of N of the inputs, 1/N to N/N, by a stable hash of the path
    #[arg(long, value_name = "I/N", hide_short_help = true)]
    pub shard: Option<String>,
}
