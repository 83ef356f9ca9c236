// What all kernels share. A thread has one index, reads and writes 16 bytes at a time and sums in f32. It is
// CUDA C without headers, and but for a few words plain C: the tests compile this very text for a CPU.
//
// NUMBER is what activations and weights are: 0 for f32, 1 for f16, 2 for bf16.

typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#ifdef __CUDACC__
#define KERNEL extern "C" __global__ void __launch_bounds__(128)
#define FUNCTION static __device__ __forceinline__
#define INDEX (blockIdx.x * blockDim.x + threadIdx.x)
#define ALIGNED __align__(16)
#define UNROLL _Pragma("unroll")
#else
#define KERNEL void
#define FUNCTION static inline
#define INDEX thread_index
#define ALIGNED __attribute__((aligned(16)))
#define UNROLL
static u32 thread_index;
void set_thread_index(u32 index) { thread_index = index; }
// Half precision is the caller's: not every C compiler has it.
float (*widen_half)(u16);
u16 (*narrow_half)(float);
#endif

typedef union {
    u32 bits;
    float value;
} Word;

// 16 bytes.
typedef struct ALIGNED {
    u32 words[4];
} Block;

#if NUMBER == 0
#define LANES 4
typedef float Number;
#else
#define LANES 8
typedef u16 Number;
#endif

FUNCTION float widen(Number number) {
#if NUMBER == 0
    return number;
#elif NUMBER == 1 && defined(__CUDACC__)
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(number));
    return value;
#elif NUMBER == 1
    return widen_half(number);
#else
    Word word;
    word.bits = (u32)number << 16;
    return word.value;
#endif
}

// To the nearest, ties to even.
FUNCTION Number narrow(float value) {
#if NUMBER == 0
    return value;
#elif NUMBER == 1 && defined(__CUDACC__)
    u16 number;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(number) : "f"(value));
    return number;
#elif NUMBER == 1
    return narrow_half(value);
#else
    Word word;
    word.value = value;
    if ((word.bits & 0x7fffffff) > 0x7f800000) return 0x7fc0; // not a number stays none
    return (u16)((word.bits + 0x7fff + ((word.bits >> 16) & 1)) >> 16);
#endif
}

FUNCTION void load(const Block *from, float to[LANES]) {
    const Block block = *from;
    UNROLL
    for (int lane = 0; lane < LANES; lane++) {
#if NUMBER == 0
        Word word;
        word.bits = block.words[lane];
        to[lane] = word.value;
#else
        to[lane] = widen((u16)(block.words[lane / 2] >> (lane % 2 * 16)));
#endif
    }
}

FUNCTION void store(Block *to, const float from[LANES]) {
    Block block;
    UNROLL
    for (int lane = 0; lane < LANES; lane++) {
#if NUMBER == 0
        Word word;
        word.value = from[lane];
        block.words[lane] = word.bits;
#else
        const u32 bits = narrow(from[lane]);
        block.words[lane / 2] = lane % 2 ? block.words[lane / 2] | bits << 16 : bits;
#endif
    }
    *to = block;
}

// Not a number stays none, as on a CPU.
FUNCTION float rectified(float value) { return value < 0 ? 0 : value; }

FUNCTION void store_rectified(Block *to, const float from[LANES]) {
    float values[LANES];
    UNROLL
    for (int lane = 0; lane < LANES; lane++) values[lane] = rectified(from[lane]);
    store(to, values);
}

// An image of which windows are taken. H, W, C; "blocks" are 16 bytes of channels.
typedef struct {
    u32 height, width;
    u32 out_height, out_width;
    u32 blocks;
    u32 pixel;     // blocks from pixel to pixel
    u32 top, left; // padding
} Window;
