//! What computes: device, number type, threads.

use super::{Environment, word};
use crate::cli;
use crate::engine::device::DeviceChoice;
use crate::error::{Error, Result};
use crate::kernels::Precision;

/// `--device` and `--dtype`; only CUDA computes in other numbers than f32.
pub(super) fn device(run: &cli::Run) -> Result<(DeviceChoice, Precision)> {
    let (device, precision) = (word("--device", &run.device)?, run.dtype.into());
    if precision == Precision::F32 || matches!(device, DeviceChoice::Cuda(_)) {
        return Ok((device, precision));
    }
    Err(Error::Config(format!(
        "--dtype {precision}: expected f32 on device {device}, which computes in nothing else (weight files may be \
         f16 or bf16); other number types need --device cuda"
    )))
}

/// `--threads`, else RAYON_NUM_THREADS, of which 0 means one per core.
pub(super) fn threads(flag: Option<u32>, environment: &Environment) -> Result<Option<usize>> {
    if let Some(threads) = flag {
        return Ok(Some(threads as usize));
    }
    match environment.rayon_threads.as_deref().map(str::parse::<usize>) {
        None | Some(Ok(0)) => Ok(None),
        Some(Ok(threads)) => Ok(Some(threads.min(1024))),
        Some(Err(_)) => Err(Error::Config(format!(
            "RAYON_NUM_THREADS: expected a number of threads, got {:?}",
            environment.rayon_threads.as_deref().unwrap_or_default()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::values::Dtype;

    #[test]
    fn only_cuda_computes_in_other_numbers_than_f32() {
        let run = |device: &str, dtype| cli::Run {
            device: device.to_owned(),
            threads: None,
            dtype,
            batch_size: None,
        };
        assert_eq!(device(&run("cpu", Dtype::F32)).unwrap(), (DeviceChoice::Cpu, Precision::F32));
        assert_eq!(device(&run("cuda:1", Dtype::Bf16)).unwrap(), (DeviceChoice::Cuda(1), Precision::Bf16));
        for elsewhere in ["auto", "cpu", "metal"] {
            let text = device(&run(elsewhere, Dtype::F16)).unwrap_err().to_string();
            assert!(text.starts_with("--dtype f16") && text.contains(elsewhere), "{text}");
        }
    }

    #[test]
    fn a_threads_flag_wins_over_the_environment() {
        let with =
            |text: &str| Environment { rayon_threads: Some(text.to_owned()), ..Environment::default() };
        assert_eq!(threads(Some(3), &with("5")).unwrap(), Some(3));
        assert_eq!(threads(None, &with("5")).unwrap(), Some(5));
        assert_eq!(threads(None, &with("0")).unwrap(), None);
        assert!(threads(None, &with("many")).is_err());
    }
}
