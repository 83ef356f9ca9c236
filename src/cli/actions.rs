//! Flags of `nasnet classify` that do something with the answers.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Actions")]
pub struct Actions {
    /// Write an HTML page of thumbnails and their best classes, whole in itself; replaces FILE only with --force
    #[arg(long, value_name = "FILE", group = "files")]
    pub report: Option<PathBuf>,

    /// Copy each image into a folder of DIR that is called like its best class; nothing is ever overwritten
    #[arg(long, value_name = "DIR")]
    pub sort_into: Option<PathBuf>,

    /// Make hard links instead of copies
    #[arg(long, requires = "sort_into", conflicts_with = "move_files")]
    pub link: bool,

    /// Move instead of copying
    #[arg(long = "move", requires = "sort_into")]
    pub move_files: bool,

    /// Only say on stderr what --sort-into would do
    #[arg(long, requires = "sort_into")]
    pub dry_run: bool,

    /// Draw where the best class of each image was seen: a PNG an image in DIR, the class activation map over the
    /// photo
    ///
    /// The photo is upright and has at most 1024 pixels a side; what the model was not shown is grey. A file of the
    /// same name that holds something else is replaced only with --force or --resume, and counts as a failure
    /// otherwise. Images that --resume passes over are not drawn.
    #[arg(long, value_name = "DIR", group = "files")]
    pub explain: Option<PathBuf>,

    /// Draw the N best classes, a PNG each
    #[arg(long, value_name = "N", requires = "explain", default_value_t = 1)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub explain_top: u32,

    /// Only images whose best class is one of these (wnids or labels); the others are left out of the output
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    pub only: Vec<String>,
}
