//! Compiles the kernels for a card, by NVRTC when the program runs, and starts them.

use std::collections::HashMap;

use candle_core::CudaDevice;
use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::driver::{
    CudaFunction, CudaStream, DeviceRepr, LaunchConfig, PushKernelArg,
};
use candle_core::cuda_backend::cudarc::nvrtc::{CompileOptions, compile_ptx_with_opts};

use super::{Arguments, Call, Depthwise, Gather, Numbers, Patches, Pool, source};
use crate::error::Result;
use crate::kernels::Precision;

/// Threads of a block.
const BLOCK: u32 = 128;

/// All kernels of the source.
const NAMES: [&str; 13] = [
    "depthwise_3_1",
    "depthwise_3_2",
    "depthwise_5_1",
    "depthwise_5_2",
    "depthwise_7_1",
    "depthwise_7_2",
    "average",
    "maximum",
    "gather",
    "patches",
    "copy",
    "mean",
    "result",
];

// SAFETY: each is laid out as its namesake in the source, and holds nothing but numbers and addresses.
unsafe impl DeviceRepr for Depthwise {}
// SAFETY: as above.
unsafe impl DeviceRepr for Pool {}
// SAFETY: as above.
unsafe impl DeviceRepr for Gather {}
// SAFETY: as above.
unsafe impl DeviceRepr for Patches {}
// SAFETY: as above.
unsafe impl DeviceRepr for Numbers {}

/// The kernels for one kind of numbers, on a card.
pub struct Kernels {
    functions: HashMap<&'static str, CudaFunction>,
}

impl Kernels {
    /// Compiles them for the card's own generation.
    ///
    /// # Errors
    /// When NVRTC or the driver refuse: one of them is too old for the card, or for the other.
    pub fn new(device: &CudaDevice, precision: Precision) -> Result<Kernels> {
        let (major, minor) = device.cuda_stream().context().compute_capability().w()?;
        let options = CompileOptions {
            options: vec![format!("--gpu-architecture=compute_{major}{minor}")],
            name: Some("nasnet.cu".to_owned()),
            ..CompileOptions::default()
        };
        let ptx = compile_ptx_with_opts(source(precision), options).w()?.to_src();
        let module = format!("nasnet-{precision}");
        let functions = NAMES.into_iter().map(|name| {
            let function = device.get_or_load_custom_func(name, &module, &ptx)?;
            Ok((name, function.into_cuda_function()))
        });
        Ok(Kernels { functions: functions.collect::<Result<_>>()? })
    }

    /// Puts a call on a stream.
    ///
    /// # Errors
    /// When the driver refuses it.
    ///
    /// # Safety
    /// Its addresses are those of memory on the card that is large enough, and that nobody uses at the same time
    /// but for reading what the kernel reads.
    pub unsafe fn launch(&self, stream: &CudaStream, call: &Call) -> Result<()> {
        let threads = call.threads();
        let function = self
            .functions
            .get(call.kernel)
            .ok_or_else(|| candle_core::Error::Msg(format!("there is no kernel {}", call.kernel)))?;
        let config = LaunchConfig {
            grid_dim: (threads.div_ceil(BLOCK), 1, 1),
            block_dim: (BLOCK, 1, 1),
            shared_mem_bytes: 0,
        };
        let mut builder = stream.launch_builder(function);
        match &call.arguments {
            Arguments::Depthwise(arguments) => builder.arg(arguments),
            Arguments::Pool(arguments) => builder.arg(arguments),
            Arguments::Gather(arguments) => builder.arg(arguments),
            Arguments::Patches(arguments) => builder.arg(arguments),
            Arguments::Numbers(arguments) => builder.arg(arguments),
        };
        // SAFETY: a call's arguments are those of its kernel; their addresses are the caller's.
        unsafe { builder.launch(config).w()? };
        Ok(())
    }
}
