//! Programs on a CPU: the kernels of a card, compiled as plain C by the compiler that Rust links with, and
//! products by loops, against the portable engine.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::ffi::{CString, c_void};
use std::process::Command;

use candle_core::{Device, Tensor};
use half::{bf16, f16};

use super::launch::Launch;
use super::launch::{Bases, Ready};
use super::program::Program;
use crate::engine::NetworkOutput;
use crate::engine::plan::Plan;
use crate::engine::portable::Portable;
use crate::engine::test_networks::networks;
use crate::graph::Graph;
use crate::graph::synthetic;
use crate::kernels::Precision;
use crate::kernels::cuda::{self as kernels, Address, Arguments, Call, Gemm};
use crate::kernels::pack::Lanes;
use crate::nasnet::graph;
use crate::nasnet::{Config, Dialect};

/// The kernels for a kind of numbers, in memory of this process.
struct Card {
    library: *mut c_void,
    precision: Precision,
    _folder: tempfile::TempDir,
}

extern "C" fn widen_half(bits: u16) -> f32 {
    f16::from_bits(bits).to_f32()
}

extern "C" fn narrow_half(value: f32) -> u16 {
    f16::from_f32(value).to_bits()
}

impl Card {
    fn new(precision: Precision) -> Card {
        let folder = tempfile::tempdir().unwrap();
        let (source, library) = (folder.path().join("kernels.c"), folder.path().join("kernels.so"));
        std::fs::write(&source, kernels::source(precision)).unwrap();
        let mut compiler = Command::new("cc");
        compiler.args(["-std=c99", "-O1", "-w", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
        let done = compiler.output().expect("the C compiler that Rust links with");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let path = CString::new(library.to_str().unwrap()).unwrap();
        // SAFETY: the library runs no code when it is loaded.
        let library = unsafe { libc::dlopen(path.as_ptr(), libc::RTLD_NOW) };
        assert!(!library.is_null());
        let card = Card { library, precision, _folder: folder };
        // SAFETY: these are the types of the two variables.
        unsafe {
            *card.find("widen_half").cast::<extern "C" fn(u16) -> f32>() = widen_half;
            *card.find("narrow_half").cast::<extern "C" fn(f32) -> u16>() = narrow_half;
        }
        card
    }

    fn find(&self, name: &str) -> *mut c_void {
        let name = CString::new(name).unwrap();
        // SAFETY: the library is loaded as long as this process lives.
        let found = unsafe { libc::dlsym(self.library, name.as_ptr()) };
        assert!(!found.is_null(), "{name:?}");
        found
    }

    /// Runs a kernel, thread by thread, and some threads more than it has, as a card does.
    fn call(&self, call: &Call) {
        // SAFETY: the function has this type.
        let set_index: extern "C" fn(u32) = unsafe { std::mem::transmute(self.find("set_thread_index")) };
        let kernel = self.find(call.kernel);
        macro_rules! run {
            ($arguments:expr) => {{
                let arguments = $arguments;
                // SAFETY: the kernel takes these arguments, whose addresses are those of buffers of this process.
                let kernel = unsafe { with_arguments(kernel, &arguments) };
                for index in 0..call.threads().next_multiple_of(128) {
                    set_index(index);
                    kernel(arguments);
                }
            }};
        }
        match call.arguments {
            Arguments::Depthwise(arguments) => run!(arguments),
            Arguments::Pool(arguments) => run!(arguments),
            Arguments::Gather(arguments) => run!(arguments),
            Arguments::Patches(arguments) => run!(arguments),
            Arguments::Numbers(arguments) => run!(arguments),
        }
    }

    fn read(&self, address: Address, index: usize) -> f32 {
        let at = address as *const u8;
        // SAFETY: as for a kernel.
        unsafe {
            match self.precision {
                Precision::F32 | Precision::Tf32 => *at.cast::<f32>().add(index),
                Precision::F16 => f16::from_bits(*at.cast::<u16>().add(index)).to_f32(),
                Precision::Bf16 => bf16::from_bits(*at.cast::<u16>().add(index)).to_f32(),
            }
        }
    }

    fn write(&self, address: Address, index: usize, value: f32) {
        let at = address as *mut u8;
        // SAFETY: as for a kernel.
        unsafe {
            match self.precision {
                Precision::F32 | Precision::Tf32 => *at.cast::<f32>().add(index) = value,
                Precision::F16 => *at.cast::<u16>().add(index) = f16::from_f32(value).to_bits(),
                Precision::Bf16 => *at.cast::<u16>().add(index) = bf16::from_f32(value).to_bits(),
            }
        }
    }

    fn multiply(&self, gemm: &Gemm) {
        let read = |address, start: usize, count: usize| -> Vec<f32> {
            (start..start + count).map(|index| self.read(address, index)).collect()
        };
        let filters = read(gemm.filters, 0, gemm.columns * gemm.depth);
        let bias = read(gemm.bias, 0, gemm.columns);
        for row in 0..gemm.rows {
            let left = read(gemm.left, row * gemm.left_pixel, gemm.depth);
            for (column, filter) in filters.chunks_exact(gemm.depth).enumerate() {
                let mut sum: f32 = left.iter().zip(filter).map(|(left, filter)| left * filter).sum();
                sum += bias[column];
                if let Some((addend, pixel)) = gemm.addend {
                    sum += self.read(addend, row * pixel + column);
                }
                let value = if gemm.relu && sum < 0.0 { 0.0 } else { sum };
                self.write(gemm.output, row * gemm.out_pixel + column, value);
            }
        }
    }

    /// Runs a program. Memory that nobody has written is not a number.
    fn run(
        &self,
        program: &Program,
        parameters: &[f32],
        pixels: &[f32],
        images: usize,
        output: NetworkOutput,
    ) -> Vec<f32> {
        let bytes = kernels::bytes(self.precision);
        let mut arena = vec![u128::MAX; (program.arena.elements() * images * bytes).div_ceil(16)];
        let mut weights = vec![u128::MAX; (parameters.len() * bytes).div_ceil(16)];
        let launches = program.result(output).unwrap();
        let mut results = vec![f32::NAN; images * Program::result_elements(launches)];
        let bases = Bases {
            arena: arena.as_mut_ptr() as Address,
            parameters: weights.as_mut_ptr() as Address,
            input: pixels.as_ptr() as Address,
            results: results.as_mut_ptr() as Address,
            bytes,
        };
        for (index, &value) in parameters.iter().enumerate() {
            self.write(bases.parameters, index, value);
        }
        let run = |launch: &Launch| match launch.ready(&program.parameters, images, &bases) {
            Ready::Kernel(call) => self.call(&call),
            Ready::Product(gemm) => self.multiply(&gemm),
        };
        for region in &program.regions {
            // Branches run side by side: in steps, the last branch first, none may disturb another.
            for step in 0..region.iter().map(Vec::len).max().unwrap_or(0) {
                region.iter().rev().filter_map(|branch| branch.get(step)).for_each(run);
            }
        }
        launches.iter().for_each(run);
        drop((arena, weights)); // read and written through their addresses until here
        results
    }
}

/// A symbol as a kernel.
///
/// # Safety
/// It is one, and takes these arguments.
unsafe fn with_arguments<A>(kernel: *mut c_void, _: &A) -> extern "C" fn(A) {
    // SAFETY: the caller's.
    unsafe { std::mem::transmute(kernel) }
}

/// The greatest difference, in parts of the greatest number.
fn difference(got: &[f32], want: &Tensor) -> f32 {
    let want = want.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(got.len(), want.len());
    assert!(got.iter().all(|value| value.is_finite()), "a number that nobody has written was read");
    let largest = want.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    assert!(largest > 1e-3);
    got.iter().zip(&want).map(|(got, want)| (got - want).abs() / largest).fold(0.0, f32::max)
}

fn compare(precision: Precision, graph: &Graph, images: usize, limit: f32) {
    let (card, weights) = (Card::new(precision), synthetic::weights(graph, 1));
    let plan = Plan::new(graph, Lanes::f32(1)).unwrap();
    let program = Program::new(&plan).unwrap();
    let parameters = program.parameters.fill(&plan, &weights);
    let input = graph.input_shape();
    let pixels = synthetic::pixels(images * input.elements(), 2);
    let tensor = Tensor::from_slice(&pixels, (images, input.height, input.width, 3), &Device::Cpu).unwrap();
    let want = Portable::new(graph.clone(), &weights, &Device::Cpu).unwrap().forward(&tensor).unwrap();
    let outputs = [
        (NetworkOutput::Logits, want.logits.unwrap()),
        (NetworkOutput::Pooled, want.pooled),
        (NetworkOutput::Features, want.features),
    ];
    for (output, want) in outputs {
        let got = card.run(&program, &parameters, &pixels, images, output);
        let off = difference(&got, &want);
        eprintln!("{precision}, {input:?}, {output:?}: {off:.1e}");
        assert!(off < limit, "{precision}, {input:?}, {output:?}: {off}");
    }
}

#[test]
fn a_program_equals_the_portable_engine_in_every_dialect() {
    for config in networks() {
        for dialect in Dialect::ALL {
            compare(Precision::F32, &graph(&config, dialect).unwrap(), 2, 1e-5);
        }
    }
}

#[test]
fn a_program_in_16_bits_stays_near_the_portable_engine() {
    let [small, odd, _] = networks();
    for (precision, limit) in [(Precision::F16, 1e-2), (Precision::Bf16, 6e-2)] {
        compare(precision, &graph(&small, Dialect::Timm).unwrap(), 1, limit);
        compare(precision, &graph(&odd, Dialect::Slim).unwrap(), 3, limit);
    }
}

#[test]
fn what_the_presets_do_is_what_it_is_meant_to_be() {
    for (config, most) in [(Config::mobile(), 560), (Config::large(), 800)] {
        let plan = Plan::new(&graph(&config, Dialect::Keras).unwrap(), Lanes::f32(1)).unwrap();
        let program = Program::new(&plan).unwrap();
        let launches: Vec<&Launch> = program.regions.iter().flatten().flatten().collect();
        let products = launches.iter().filter(|launch| matches!(launch, Launch::Product { .. })).count();
        let copies = launches.iter().filter(|launch| matches!(launch, Launch::Gather { .. })).count();
        let megabytes = program.arena.elements() as f64 * 4e-6;
        eprintln!(
            "{config}: {} launches in {} regions, {products} products, {copies} copies, {megabytes:.1} MB an image",
            launches.len(),
            program.regions.len()
        );
        assert!(launches.len() < most, "{}", launches.len());
        // A concatenation is never made.
        let gathered = |launch: &&&Launch| matches!(launch, Launch::Gather { step: 1, relu: false, .. });
        assert_eq!(launches.iter().filter(gathered).count(), 0);
        assert!(program.most_images() > 3000, "{}", program.most_images());
    }
}
