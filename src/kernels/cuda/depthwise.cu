// Depthwise convolution, NHWC. A thread computes one block of channels of STRIP neighbouring pixels of a row:
// an input is loaded once a window row and multiplied into every output that it belongs to. Pixels beyond the
// border are not read.

#define STRIP 4

typedef struct {
    const Block *input;
    const Block *weights; // rows, columns, channels
    Block *output;
    Window window;
    u32 out_pixel; // blocks from pixel to pixel of the output
    u32 relu;      // of the input
    u32 threads;
} Depthwise;

FUNCTION void depthwise(const Depthwise a, const int SIZE, const int STRIDE) {
    u32 index = INDEX;
    if (index >= a.threads) return;
    const Window w = a.window;
    const u32 strips = (w.out_width + STRIP - 1) / STRIP;
    const u32 block = index % w.blocks;
    index /= w.blocks;
    const u32 column = index % strips * STRIP;
    index /= strips;
    const u32 row = index % w.out_height, image = index / w.out_height;
    const int first_row = (int)(row * STRIDE) - (int)w.top;
    const int first_column = (int)(column * STRIDE) - (int)w.left;
    const Block *input = a.input + (u64)image * w.height * w.width * w.pixel + block;

    Word least; // that an input counts as: zero for relu, else less than any number
    least.bits = a.relu ? 0 : 0xff800000;
    float sums[STRIP][LANES];
    UNROLL
    for (int pixel = 0; pixel < STRIP; pixel++) {
        UNROLL
        for (int lane = 0; lane < LANES; lane++) sums[pixel][lane] = 0;
    }
    for (int i = 0; i < SIZE; i++) {
        const int y = first_row + i;
        if (y < 0 || y >= (int)w.height) continue;
        float taps[7][LANES];
        UNROLL
        for (int j = 0; j < SIZE; j++) load(a.weights + (i * SIZE + j) * w.blocks + block, taps[j]);
        const Block *line = input + (u64)y * w.width * w.pixel;
        UNROLL
        for (int step = 0; step < (STRIP - 1) * STRIDE + SIZE; step++) {
            const int x = first_column + step;
            if (x >= 0 && x < (int)w.width) {
                float values[LANES];
                load(line + (u64)x * w.pixel, values);
                UNROLL
                for (int lane = 0; lane < LANES; lane++) {
                    if (values[lane] < least.value) values[lane] = least.value;
                }
                UNROLL
                for (int j = 0; j < SIZE; j++) {
                    const int offset = step - j;
                    if (offset >= 0 && offset % STRIDE == 0 && offset / STRIDE < STRIP) {
                        UNROLL
                        for (int lane = 0; lane < LANES; lane++)
                            sums[offset / STRIDE][lane] += values[lane] * taps[j][lane];
                    }
                }
            }
        }
    }
    Block *output = a.output + (((u64)image * w.out_height + row) * w.out_width + column) * a.out_pixel + block;
    UNROLL
    for (int pixel = 0; pixel < STRIP; pixel++) {
        if (column + pixel < w.out_width) store(output + (u64)pixel * a.out_pixel, sums[pixel]);
    }
}

KERNEL depthwise_3_1(const Depthwise a) { depthwise(a, 3, 1); }
KERNEL depthwise_3_2(const Depthwise a) { depthwise(a, 3, 2); }
KERNEL depthwise_5_1(const Depthwise a) { depthwise(a, 5, 1); }
KERNEL depthwise_5_2(const Depthwise a) { depthwise(a, 5, 2); }
KERNEL depthwise_7_1(const Depthwise a) { depthwise(a, 7, 1); }
KERNEL depthwise_7_2(const Depthwise a) { depthwise(a, 7, 2); }
