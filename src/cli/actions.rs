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

    /// Only images whose best class is one of these (wnids or labels); the others are left out of the output
    #[arg(long, value_name = "LABEL", value_delimiter = ',')]
    pub only: Vec<String>,
}
