// 3 x 3 averages and maxima. A thread computes one block of channels of a pixel.

typedef struct {
    const Block *input;
    const Block *addend; // null for none, as are results that are not wanted
    Block *raw;
    Block *relu;
    Window window;
    u32 addend_pixel, raw_pixel, relu_pixel; // blocks from pixel to pixel
    u32 stride;
    u32 see_padding; // averages divide by nine everywhere; zeros beyond the border may be the greatest
    float scale;     // of averages
    u32 threads;
} Pool;

FUNCTION void pool(const Pool a, const int MAX) {
    u32 index = INDEX;
    if (index >= a.threads) return;
    const Window w = a.window;
    const u32 block = index % w.blocks;
    const u64 place = index / w.blocks; // output pixel of all images
    index /= w.blocks;
    const int column = (int)(index % w.out_width * a.stride) - (int)w.left;
    index /= w.out_width;
    const int row = (int)(index % w.out_height * a.stride) - (int)w.top;
    const Block *input = a.input + (u64)(index / w.out_height) * w.height * w.width * w.pixel + block;

    Word least;
    least.bits = 0xff800000; // less than any number
    float results[LANES];
    UNROLL
    for (int lane = 0; lane < LANES; lane++) results[lane] = MAX ? least.value : 0;
    u32 seen = 0;
    UNROLL
    for (int i = 0; i < 3; i++) {
        UNROLL
        for (int j = 0; j < 3; j++) {
            const int y = row + i, x = column + j;
            if (y >= 0 && y < (int)w.height && x >= 0 && x < (int)w.width) {
                float values[LANES];
                load(input + ((u64)y * w.width + x) * w.pixel, values);
                seen++;
                UNROLL
                for (int lane = 0; lane < LANES; lane++) {
                    if (!MAX) results[lane] += values[lane];
                    else if (values[lane] > results[lane]) results[lane] = values[lane];
                }
            }
        }
    }
    const float factor = a.scale / (float)(a.see_padding ? 9 : seen);
    UNROLL
    for (int lane = 0; lane < LANES; lane++) {
        if (!MAX) results[lane] *= factor;
        else if (a.see_padding && seen < 9 && results[lane] < 0) results[lane] = 0;
    }
    if (a.addend) {
        float addend[LANES];
        load(a.addend + place * a.addend_pixel + block, addend);
        UNROLL
        for (int lane = 0; lane < LANES; lane++) results[lane] += addend[lane];
    }
    if (a.raw) store(a.raw + place * a.raw_pixel + block, results);
    if (a.relu) store_rectified(a.relu + place * a.relu_pixel + block, results);
}

KERNEL average(const Pool a) { pool(a, 0); }
KERNEL maximum(const Pool a) { pool(a, 1); }
