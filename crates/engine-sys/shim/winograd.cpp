// A 3x3 convolution with far fewer multiplications: Winograd's F(4x4, 3x3), in single precision on the processor.
//
// Paper: https://arxiv.org/abs/1509.09308 (the matrices are its equation for F(4x4, 3x3)). A tile of 4x4 results takes 36
// multiplications per pair of channels instead of 144; they are 36 matrix products, one for each place of a transformed tile,
// and matrix products are what the processor does best. Channels lie beside one another (channels last), so that the
// transforms work on whole vectors of them. Weights are transformed in passing, a block of outputs at a time: that costs a
// few percent, and no memory for a second copy of a model.

#include "guard.h"
#include "linear.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#define INVOKE_WINOGRAD 1
#endif

namespace {

#ifdef INVOKE_WINOGRAD

constexpr int64_t LANES = 8;
// Places of a transformed tile: 6 by 6.
constexpr int64_t SIDE = 6;
constexpr int64_t PLACES = SIDE * SIDE;
// Results of a tile along one side.
constexpr int64_t STEP = 4;
// Numbers of the transformed tiles and of what becomes of them that are worked on at once. Measured: the more, the longer are the
// matrices that are multiplied; from here on it makes no difference.
constexpr int64_t NUMBERS_AT_ONCE = 16 << 20;
constexpr int64_t OUTPUTS_AT_ONCE = 320;
// Numbers between the matrices of two places. Their sizes are multiples of a page: without these, what a tile has at all its
// places would compete for one set of the cache.
constexpr int64_t BETWEEN = 48;

// Numbers from a matrix of one place to that of the next.
constexpr int64_t stride(int64_t rows, int64_t columns) { return rows * columns + BETWEEN; }

typedef float Vector __attribute__((vector_size(32)));

#define AVX2 __attribute__((target("avx2,fma"), always_inline)) inline
#define AVX2_ENTRY __attribute__((target("avx2,fma")))

AVX2 void load(Vector &to, const float *from) { std::memcpy(&to, from, sizeof(Vector)); }
AVX2 void store(float *to, const Vector &from) { std::memcpy(to, &from, sizeof(Vector)); }

// Six numbers times the transposed B of the paper.
AVX2 void input_row(const Vector *d, Vector *r) {
  const Vector a = d[4] - 4.0f * d[2], b = d[3] - 4.0f * d[1];
  const Vector c = d[4] - d[2], e = 2.0f * (d[3] - d[1]);
  r[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
  r[1] = a + b;
  r[2] = a - b;
  r[3] = c + e;
  r[4] = c - e;
  r[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

// Six numbers times the transposed A of the paper.
AVX2 void output_row(const Vector *m, Vector *r) {
  const Vector a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], e = m[3] - m[4];
  r[0] = m[0] + a + c;
  r[1] = b + 2.0f * e;
  r[2] = a + 4.0f * c;
  r[3] = b + 8.0f * e + m[5];
}

// Three weights times the G of the paper.
AVX2 void weight_row(const Vector &g0, const Vector &g1, const Vector &g2, Vector *r) {
  const Vector even = g0 + g2, far = g0 + 4.0f * g2;
  r[0] = g0 * 0.25f;
  r[1] = (even + g1) * (-1.0f / 6.0f);
  r[2] = (even - g1) * (-1.0f / 6.0f);
  r[3] = (far + 2.0f * g1) * (1.0f / 24.0f);
  r[4] = (far - 2.0f * g1) * (1.0f / 24.0f);
  r[5] = g2;
}

// Where the tiles of pictures are.
struct Grid {
  int64_t batch, height, width, rows, columns;
  int64_t tiles() const { return batch * rows * columns; }
  int64_t picture(int64_t tile) const { return tile / (rows * columns); }
  int64_t top(int64_t tile) const { return tile / columns % rows * STEP; }
  int64_t left(int64_t tile) const { return tile % columns * STEP; }
};

// Weights (outputs, inputs, 3, 3) of a block of outputs to (outputs, inputs) for each place.
AVX2_ENTRY void transform_weights(const float *weights, float *to, int64_t outputs, int64_t inputs, int64_t begin,
                                  int64_t end) {
  for (int64_t o = begin; o < end; o++) {
    for (int64_t c = 0; c < inputs; c += LANES) {
      const float *from = weights + (o * inputs + c) * 9;
      Vector g[9];
      for (int i = 0; i < 9; i++)
        g[i] = Vector{from[i],      from[i + 9],  from[i + 18], from[i + 27],
                      from[i + 36], from[i + 45], from[i + 54], from[i + 63]};
      Vector columns[3][SIDE];
      for (int j = 0; j < 3; j++) weight_row(g[j], g[j + 3], g[j + 6], columns[j]);
      for (int i = 0; i < SIDE; i++) {
        Vector row[SIDE];
        weight_row(columns[0][i], columns[1][i], columns[2][i], row);
        for (int j = 0; j < SIDE; j++) store(to + (i * SIDE + j) * stride(outputs, inputs) + o * inputs + c, row[j]);
      }
    }
  }
}

// The tiles `first..first + count` of pictures (batch, height, width, inputs) to (count, inputs) for each place; beyond the
// edges are zeros.
AVX2_ENTRY void transform_input(const float *pictures, float *to, const Grid &grid, int64_t inputs, int64_t first,
                                int64_t count, int64_t begin, int64_t end) {
  for (int64_t t = begin; t < end; t++) {
    const int64_t tile = first + t;
    const float *picture = pictures + grid.picture(tile) * grid.height * grid.width * inputs;
    const int64_t top = grid.top(tile) - 1, left = grid.left(tile) - 1;
    for (int64_t c = 0; c < inputs; c += LANES) {
      Vector half[SIDE][SIDE];
      for (int j = 0; j < SIDE; j++) {
        const int64_t x = left + j;
        Vector column[SIDE], turned[SIDE];
        for (int i = 0; i < SIDE; i++) {
          const int64_t y = top + i;
          if (y < 0 || y >= grid.height || x < 0 || x >= grid.width)
            column[i] = Vector{};
          else
            load(column[i], picture + (y * grid.width + x) * inputs + c);
        }
        input_row(column, turned);
        for (int i = 0; i < SIDE; i++) half[i][j] = turned[i];
      }
      for (int i = 0; i < SIDE; i++) {
        Vector row[SIDE];
        input_row(half[i], row);
        for (int j = 0; j < SIDE; j++) store(to + (i * SIDE + j) * stride(count, inputs) + t * inputs + c, row[j]);
      }
    }
  }
}

// What the products made of these tiles, at each place (count, block), to the outputs `at..at + block` of pictures (batch, height,
// width, outputs).
AVX2_ENTRY void transform_output(const float *const *products, float *pictures, const float *bias, const Grid &grid,
                                 int64_t outputs, int64_t at, int64_t block, int64_t first, int64_t begin, int64_t end) {
  for (int64_t t = begin; t < end; t++) {
    const int64_t tile = first + t;
    float *picture = pictures + grid.picture(tile) * grid.height * grid.width * outputs;
    const int64_t top = grid.top(tile), left = grid.left(tile);
    for (int64_t o = 0; o < block; o += LANES) {
      Vector half[STEP][SIDE];
      for (int j = 0; j < SIDE; j++) {
        Vector column[SIDE], turned[STEP];
        for (int i = 0; i < SIDE; i++) load(column[i], products[i * SIDE + j] + t * block + o);
        output_row(column, turned);
        for (int i = 0; i < STEP; i++) half[i][j] = turned[i];
      }
      Vector shift{};
      if (bias) load(shift, bias + at + o);
      for (int i = 0; i < STEP && top + i < grid.height; i++) {
        Vector row[STEP];
        output_row(half[i], row);
        for (int j = 0; j < STEP && left + j < grid.width; j++)
          store(picture + ((top + i) * grid.width + left + j) * outputs + at + o, row[j] + shift);
      }
    }
  }
}

// Room for a matrix of each place.
at::Tensor room(int64_t rows, int64_t columns, const at::TensorOptions &options) {
  return at::empty({PLACES * stride(rows, columns)}, options);
}

// The beginning of such room as (PLACES, rows, columns).
at::Tensor part(const at::Tensor &buffer, int64_t rows, int64_t columns) {
  return buffer.as_strided({PLACES, rows, columns}, {stride(rows, columns), columns, 1});
}

// `x` (b, c, h, w) channels last, `weight` (o, c, 3, 3), both of single precision; o and c are multiples of LANES.
at::Tensor convolved(const at::Tensor &x, const at::Tensor &weight, const float *bias) {
  const int64_t inputs = x.size(1), outputs = weight.size(0), height = x.size(2), width = x.size(3);
  const Grid grid{x.size(0), height, width, (height + STEP - 1) / STEP, (width + STEP - 1) / STEP};
  auto result = at::empty({grid.batch, outputs, height, width}, x.options(), at::MemoryFormat::ChannelsLast);

  const int64_t block = std::min(outputs, OUTPUTS_AT_ONCE);
  const int64_t fitting = std::max<int64_t>(LANES, NUMBERS_AT_ONCE / (PLACES * (inputs + block)));
  const int64_t at_once = std::min(grid.tiles(), fitting);
  // Where all tiles are worked on at once, every block of weights is needed once, and made then.
  const bool once = at_once == grid.tiles();
  auto tile_buffer = room(at_once, inputs, x.options());
  auto kernel_buffer = room(once ? block : outputs, inputs, x.options());

  const float *pictures = x.const_data_ptr<float>(), *weights = weight.const_data_ptr<float>();
  float *made = result.mutable_data_ptr<float>();
  auto transformed_weights = [&](int64_t at, int64_t count) {
    auto kernels = part(kernel_buffer, count, inputs);
    float *to = kernels.mutable_data_ptr<float>();
    at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
      transform_weights(weights + at * inputs * 9, to, count, inputs, begin, end);
    });
    return kernels;
  };
  at::Tensor all_kernels;
  if (!once) all_kernels = transformed_weights(0, outputs);
  for (int64_t first = 0; first < grid.tiles(); first += at_once) {
    const int64_t count = std::min(at_once, grid.tiles() - first);
    auto tiles = part(tile_buffer, count, inputs);
    float *to = tiles.mutable_data_ptr<float>();
    at::parallel_for(0, count, 4, [&](int64_t begin, int64_t end) {
      transform_input(pictures, to, grid, inputs, first, count, begin, end);
    });
    for (int64_t at = 0; at < outputs; at += block) {
      const int64_t own = std::min(block, outputs - at);
      auto kernels = once ? transformed_weights(at, own) : all_kernels.narrow(1, at, own);
      std::array<at::Tensor, PLACES> products;
      std::array<const float *, PLACES> sums;
      for (int64_t place = 0; place < PLACES; place++) {
        products[place] = onednn_linear(tiles.select(0, place), kernels.select(0, place), std::nullopt);
        sums[place] = products[place].const_data_ptr<float>();
      }
      at::parallel_for(0, count, 4, [&](int64_t begin, int64_t end) {
        transform_output(sums.data(), made, bias, grid, outputs, at, own, first, begin, end);
      });
    }
  }
  return result;
}

#endif

} // namespace

extern "C" {

// Whether this processor has what the convolution is written for.
bool invoke_winograd_runs() {
#ifdef INVOKE_WINOGRAD
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
  return false;
#endif
}

// `bias` may be null. Null for what it does not do, with the reason as the thread's last error.
at::Tensor *invoke_winograd(const at::Tensor *x, const at::Tensor *weight, const at::Tensor *bias) {
  return guarded([&]() -> at::Tensor * {
#ifdef INVOKE_WINOGRAD
    auto plain = [](const at::Tensor &tensor) {
      return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat;
    };
    TORCH_CHECK(invoke_winograd_runs(), "this processor has no AVX2");
    TORCH_CHECK(plain(*x) && plain(*weight) && x->dim() == 4 && weight->dim() == 4, "not pictures of single precision");
    TORCH_CHECK(weight->size(2) == 3 && weight->size(3) == 3 && weight->size(1) == x->size(1), "not a 3x3 kernel for these");
    TORCH_CHECK(weight->size(0) > 0 && weight->size(1) > 0, "no channels");
    TORCH_CHECK(weight->size(0) % LANES == 0 && weight->size(1) % LANES == 0, "channels are not in eights");
    const auto kernel = weight->contiguous();
    const auto picture = x->contiguous(at::MemoryFormat::ChannelsLast);
    at::Tensor shift;
    if (bias) {
      TORCH_CHECK(plain(*bias) && bias->dim() == 1 && bias->size(0) == weight->size(0), "not a bias for these");
      shift = bias->contiguous();
    }
    return new at::Tensor(convolved(picture, kernel, bias ? shift.const_data_ptr<float>() : nullptr));
#else
    TORCH_CHECK(false, "not built for this processor");
#endif
  });
}

} // extern "C"
