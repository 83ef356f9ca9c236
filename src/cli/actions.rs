//! Flags of `nasnet classify` that do something with the answers beside printing them.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
#[command(next_help_heading = "Actions")]
pub struct Actions {
    /// Write an HTML page of thumbnails and their best classes, in one file
    #[arg(long, value_name = "FILE", group = "files")]
    pub report: Option<PathBuf>,

    /// Copy each image into a folder of DIR named after its best class; nothing is overwritten
    #[arg(long, value_name = "DIR")]
    pub sort_into: Option<PathBuf>,

    /// Make hard links instead of copies
    #[arg(long, requires = "sort_into", conflicts_with = "move_files", hide_short_help = true)]
    pub link: bool,

    /// Move instead of copying
    #[arg(long = "move", requires = "sort_into", hide_short_help = true)]
    pub move_files: bool,

    /// Only say on stderr what --sort-into would do
    #[arg(long, requires = "sort_into", hide_short_help = true)]
    pub dry_run: bool,

    /// Write a PNG for each image to DIR that shows where its best class was seen
    ///
    /// It is the class activation map over the photo, upright and at most 1024 pixels a side; what the model was not
    /// shown is grey. A file of the same name with other content is replaced only with --force or --resume, and counts
    /// as a failure otherwise. Images that --resume skips are not drawn.
    #[arg(long, value_name = "DIR", group = "files")]
    pub explain: Option<PathBuf>,

    /// Draw the N best classes, one PNG each
    #[arg(long, value_name = "N", requires = "explain", default_value_t = 1, hide_short_help = true)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub explain_top: u32,

    /// Only images whose best class is one of these (wnids or labels); the output omits the others
    #[arg(long, value_name = "LABEL", value_delimiter = ',', hide_short_help = true)]
    pub only: Vec<String>,
}
