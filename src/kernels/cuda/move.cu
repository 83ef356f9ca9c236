// Numbers from one place to another: pixels side by side, patches of the image, relu, means, results.

// Every pixel (step 1) or every second one from (offset, offset) on (step 2); zeros beyond the border.
typedef struct {
    const Block *input;
    Block *output;
    Window window; // without padding
    u32 out_pixel; // blocks from pixel to pixel of the output
    u32 step, offset;
    u32 relu;
    u32 threads;
} Gather;

KERNEL gather(const Gather a) {
    u32 index = INDEX;
    if (index >= a.threads) return;
    const Window w = a.window;
    const u32 block = index % w.blocks;
    const u64 place = index / w.blocks;
    index /= w.blocks;
    const u32 x = index % w.out_width * a.step + a.offset;
    index /= w.out_width;
    const u32 y = index % w.out_height * a.step + a.offset, image = index / w.out_height;
    float values[LANES];
    UNROLL
    for (int lane = 0; lane < LANES; lane++) values[lane] = 0;
    if (y < w.height && x < w.width) {
        load(a.input + (((u64)image * w.height + y) * w.width + x) * w.pixel + block, values);
    }
    Block *output = a.output + place * a.out_pixel + block;
    if (a.relu) store_rectified(output, values);
    else store(output, values);
}

// 3 x 3 patches of N, H, W, 3 in f32, with stride 2 and no padding: 27 numbers, and zeros to whole blocks.
typedef struct {
    const float *input;
    Block *output;
    u32 height, width;
    u32 out_height, out_width;
    u32 blocks; // of an output pixel
    u32 threads;
} Patches;

KERNEL patches(const Patches a) {
    u32 index = INDEX;
    if (index >= a.threads) return;
    Block *output = a.output + index;
    const u32 first = index % a.blocks * LANES;
    index /= a.blocks;
    const u32 x = index % a.out_width * 2;
    index /= a.out_width;
    const u32 y = index % a.out_height * 2, image = index / a.out_height;
    float values[LANES];
    UNROLL
    for (int lane = 0; lane < LANES; lane++) {
        const u32 number = first + lane;
        const u64 line = ((u64)image * a.height + y + number / 9) * a.width + x;
        values[lane] = number < 27 ? a.input[line * 3 + number % 9] : 0;
    }
    store(output, values);
}

// Some channels of some pixels, number by number, wherever they start; zeros behind them.
typedef struct {
    const Number *input;
    void *output;
    u32 pixels; // that one number of the output is made of
    u32 channels, out_channels;
    u32 pixel, out_pixel; // numbers from pixel to pixel
    u32 relu;
    u32 threads;
} Numbers;

FUNCTION float number(const Numbers a, const u64 pixel, const u32 channel) {
    if (channel >= a.channels) return 0;
    const float value = widen(a.input[pixel * a.pixel + channel]);
    return a.relu ? rectified(value) : value;
}

KERNEL copy(const Numbers a) {
    const u32 index = INDEX;
    if (index >= a.threads) return;
    const u32 channel = index % a.out_channels;
    const u64 pixel = index / a.out_channels;
    ((Number *)a.output)[pixel * a.out_pixel + channel] = narrow(number(a, pixel, channel));
}

// To f32.
KERNEL result(const Numbers a) {
    const u32 index = INDEX;
    if (index >= a.threads) return;
    const u32 channel = index % a.out_channels;
    const u64 pixel = index / a.out_channels;
    ((float *)a.output)[pixel * a.out_pixel + channel] = number(a, pixel, channel);
}

// The mean over all pixels of an image; relu comes behind it.
KERNEL mean(const Numbers a) {
    const u32 index = INDEX;
    if (index >= a.threads) return;
    const u32 channel = index % a.out_channels;
    const u64 image = index / a.out_channels;
    float sum = 0;
    if (channel < a.channels) {
        const Number *input = a.input + image * a.pixels * a.pixel + channel;
        for (u32 pixel = 0; pixel < a.pixels; pixel++) sum += widen(input[(u64)pixel * a.pixel]);
    }
    const float value = sum / (float)a.pixels;
    ((Number *)a.output)[image * a.out_pixel + channel] = narrow(a.relu ? rectified(value) : value);
}
