//! Matrix products by cuBLASLt, which adds bias and addend and applies relu as it stores.

use std::ffi::c_void;
use std::sync::Arc;

use candle_core::cuda_backend::WrapErr;
use candle_core::cuda_backend::cudarc::cublaslt::result::{self, CublasError};
use candle_core::cuda_backend::cudarc::cublaslt::sys::{
    cublasComputeType_t, cublasLtEpilogue_t, cublasLtHandle_t, cublasLtMatmulDesc_t,
    cublasLtMatmulDescAttributes_t as Attribute, cublasLtMatmulPreference_t,
    cublasLtMatmulPreferenceAttributes_t as Preference, cudaDataType_t,
};
use candle_core::cuda_backend::cudarc::driver::{CudaSlice, CudaStream, DevicePtr};

use super::{Address, Gemm};
use crate::error::Result;
use crate::kernels::Precision;

/// Bytes that an algorithm may use: what NVIDIA recommends for Hopper.
const WORKSPACE: usize = 32 << 20;

/// cuBLASLt on a card, with memory for products on several streams.
pub struct Products {
    handle: Handle<cublasLtHandle_t>,
    precision: Precision,
    /// With their addresses.
    workspaces: Vec<(Address, CudaSlice<u8>)>,
}

// SAFETY: cuBLASLt's functions may be called from any thread; workspaces are used by one product at a time, see
// `multiply`.
unsafe impl Send for Products {}
// SAFETY: as above.
unsafe impl Sync for Products {}

impl Products {
    /// For products on this many streams at a time.
    ///
    /// # Errors
    /// When memory is short.
    pub fn new(stream: &Arc<CudaStream>, streams: usize, precision: Precision) -> Result<Products> {
        let handle = Handle(named("cuBLASLt", result::create_handle())?, result::destroy_handle);
        let workspaces = (0..streams).map(|_| {
            // SAFETY: nothing reads what an algorithm has not written there.
            let memory = unsafe { stream.alloc::<u8>(WORKSPACE).w()? };
            let address = memory.device_ptr(stream).0;
            Ok((address, memory))
        });
        let workspaces = workspaces.collect::<Result<_>>()?;
        stream.synchronize().w()?; // the memory is there for all streams
        Ok(Products { handle, precision, workspaces })
    }

    /// Puts a product on a stream, with the workspace of that number.
    ///
    /// # Errors
    /// When cuBLASLt has no algorithm for it, or refuses it.
    ///
    /// # Safety
    /// Its addresses are those of memory on the card that is large enough; nobody uses what it writes at the same
    /// time, or this workspace.
    pub unsafe fn multiply(&self, stream: &CudaStream, workspace: usize, gemm: &Gemm) -> Result<()> {
        // SAFETY: the caller's.
        named(gemm, unsafe { self.put(stream, self.workspaces[workspace].0, gemm) })
    }

    /// cuBLAS counts columns first: the transposed result is filters x left side transposed, and a row a pixel is a
    /// column a pixel to it.
    unsafe fn put(
        &self,
        stream: &CudaStream,
        workspace: Address,
        gemm: &Gemm,
    ) -> std::result::Result<(), CublasError> {
        let (number, compute) = match self.precision {
            Precision::F32 => (cudaDataType_t::CUDA_R_32F, cublasComputeType_t::CUBLAS_COMPUTE_32F),
            Precision::Tf32 => {
                (cudaDataType_t::CUDA_R_32F, cublasComputeType_t::CUBLAS_COMPUTE_32F_FAST_TF32)
            }
            Precision::F16 => (cudaDataType_t::CUDA_R_16F, cublasComputeType_t::CUBLAS_COMPUTE_32F),
            Precision::Bf16 => (cudaDataType_t::CUDA_R_16BF, cublasComputeType_t::CUBLAS_COMPUTE_32F),
        };
        let Gemm { rows, depth, columns, .. } = *gemm;
        let (addend, addend_pixel) = gemm.addend.unwrap_or((gemm.output, gemm.out_pixel));
        let (alpha, beta) = (1f32, if gemm.addend.is_some() { 1f32 } else { 0f32 });
        let layout = |rows: usize, columns: usize, pixel: usize| {
            let layout = result::create_matrix_layout(number, rows as u64, columns as u64, pixel as i64)?;
            Ok::<_, CublasError>(Handle(layout, result::destroy_matrix_layout))
        };
        let filters = layout(depth, columns, depth)?;
        let left = layout(depth, rows, gemm.left_pixel)?;
        let added = layout(columns, rows, addend_pixel)?;
        let output = layout(columns, rows, gemm.out_pixel)?;
        let what = Description::new(compute)?;
        what.set(Attribute::CUBLASLT_MATMUL_DESC_TRANSA, &1i32)?;
        let epilogue = if gemm.relu {
            cublasLtEpilogue_t::CUBLASLT_EPILOGUE_RELU_BIAS
        } else {
            cublasLtEpilogue_t::CUBLASLT_EPILOGUE_BIAS
        };
        what.set(Attribute::CUBLASLT_MATMUL_DESC_EPILOGUE, &epilogue)?;
        what.set(Attribute::CUBLASLT_MATMUL_DESC_BIAS_POINTER, &gemm.bias)?;
        let limits = MatmulPreference::new()?;
        limits.set(Preference::CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &WORKSPACE)?;
        limits.set(Preference::CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, &alignment(gemm.filters))?;
        limits.set(Preference::CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, &alignment(gemm.left))?;
        limits.set(Preference::CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, &alignment(addend))?;
        limits.set(Preference::CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, &alignment(gemm.output))?;
        // SAFETY: everything above lives until the call is over, and the memory is the caller's.
        unsafe {
            let found = result::get_matmul_algo_heuristic(
                self.handle.0,
                what.0.0,
                filters.0,
                left.0,
                added.0,
                output.0,
                limits.0.0,
            )?;
            result::matmul(
                self.handle.0,
                what.0.0,
                (&raw const alpha).cast(),
                (&raw const beta).cast(),
                gemm.filters as *const c_void,
                filters.0,
                gemm.left as *const c_void,
                left.0,
                addend as *const c_void,
                added.0,
                gemm.output as *mut c_void,
                output.0,
                &raw const found.algo,
                workspace as *mut c_void,
                WORKSPACE,
                stream.cu_stream().cast(),
            )
        }
    }
}

/// The largest power of two up to 256 that divides an address.
fn alignment(address: Address) -> u32 {
    1 << address.trailing_zeros().min(8)
}

/// A failure of cuBLASLt with what it was about.
fn named<T>(what: impl std::fmt::Debug, result: std::result::Result<T, CublasError>) -> Result<T> {
    Ok(result.map_err(|CublasError(status)| candle_core::Error::Msg(format!("{status:?} for {what:?}")))?)
}

/// Something of cuBLASLt's that has to be given back.
struct Handle<T: Copy>(T, unsafe fn(T) -> std::result::Result<(), CublasError>);

impl<T: Copy> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: it was made by the function that goes with this one, and is given back once.
        let _ = unsafe { (self.1)(self.0) };
    }
}

/// What a product is.
struct Description(Handle<cublasLtMatmulDesc_t>);

impl Description {
    fn new(compute: cublasComputeType_t) -> std::result::Result<Self, CublasError> {
        let description = result::create_matmul_desc(compute, cudaDataType_t::CUDA_R_32F)?;
        Ok(Description(Handle(description, result::destroy_matmul_desc)))
    }

    fn set<T>(&self, attribute: Attribute, value: &T) -> std::result::Result<(), CublasError> {
        // SAFETY: cuBLASLt copies the value, and refuses one of another size than the attribute's.
        unsafe {
            let value: *const T = value;
            result::set_matmul_desc_attribute(self.0.0, attribute, value.cast(), size_of::<T>())
        }
    }
}

/// What an algorithm may count on.
struct MatmulPreference(Handle<cublasLtMatmulPreference_t>);

impl MatmulPreference {
    fn new() -> std::result::Result<Self, CublasError> {
        Ok(MatmulPreference(Handle(result::create_matmul_pref()?, result::destroy_matmul_pref)))
    }

    fn set<T>(&self, preference: Preference, value: &T) -> std::result::Result<(), CublasError> {
        // SAFETY: cuBLASLt copies the value, and refuses one of another size than the preference's.
        unsafe {
            let value: *const T = value;
            result::set_matmul_pref_attribute(self.0.0, preference, value.cast(), size_of::<T>())
        }
    }
}
