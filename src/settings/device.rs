//! What computes: device, number type, threads.

use super::{Environment, word};
use crate::cli;
use crate::engine::NO_BF16;
use crate::engine::device::DeviceChoice;
use crate::error::{Error, Result};
use crate::kernels::{Kernels, Precision};

/// `--device` and `--dtype`: CUDA computes in all number types, a CPU in f32 and, if it has the instructions, bf16.
pub(super) fn device(run: &cli::Run) -> Result<(DeviceChoice, Precision)> {
    let (device, precision) = (word("--device", &run.device)?, run.dtype.into());
    match (device, precision) {
        (_, Precision::F32) | (DeviceChoice::Cuda(_), _) => Ok((device, precision)),
        (DeviceChoice::Cpu | DeviceChoice::Auto, Precision::Bf16) => {
            let may_be_a_card = device == DeviceChoice::Auto && cfg!(feature = "cuda");
            if Kernels::bf16().is_empty() && !may_be_a_card {
                return Err(Error::Config(format!("--dtype bf16: {NO_BF16}")));
            }
            Ok((device, precision))
        }
        _ => Err(Error::Config(format!(
            "--dtype {precision}: expected f32 on device {device} (weight files may be f16 or bf16); other number \
             types need --device cuda, and bf16 a CPU that has it"
        ))),
    }
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
    fn number_types_other_than_f32_are_for_devices_that_have_them() {
        let run = |device: &str, dtype| cli::Run {
            device: device.to_owned(),
            threads: None,
            dtype,
            batch_size: None,
        };
        assert_eq!(device(&run("cpu", Dtype::F32)).unwrap(), (DeviceChoice::Cpu, Precision::F32));
        assert_eq!(device(&run("cuda:1", Dtype::Bf16)).unwrap(), (DeviceChoice::Cuda(1), Precision::Bf16));
        let on_cpu = device(&run("cpu", Dtype::Bf16));
        match Kernels::bf16().first() {
            Some(_) => assert_eq!(on_cpu.unwrap(), (DeviceChoice::Cpu, Precision::Bf16)),
            None => assert!(on_cpu.unwrap_err().to_string().contains("AVX512-BF16")),
        }
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
