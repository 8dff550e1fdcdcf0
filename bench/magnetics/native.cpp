// The native limit of bench/magnetics/ensemble.ts: stochastic Heun on 8 lanes of doubles, xoshiro128+ and
// Box-Muller in single precision. Build: g++ -O3 -march=native -ffast-math. Prints million spin-steps a second.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

constexpr int W = 8;
constexpr float TWO_PI = 6.2831853f;

struct Streams {
  uint32_t a[W], b[W], c[W], d[W];
  explicit Streams(uint64_t seed) {
    for (int l = 0; l < W; l++) {
      uint64_t z = seed + 0x9e3779b97f4a7c15ull * (l + 1);
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
      a[l] = z; b[l] = z >> 32; c[l] = ~z; d[l] = 1 | (z >> 17);
    }
  }
  void next(uint32_t *out) {
    for (int l = 0; l < W; l++) {
      uint32_t t = b[l] << 9;
      out[l] = a[l] + d[l];
      c[l] ^= a[l]; d[l] ^= b[l]; b[l] ^= c[l]; a[l] ^= d[l]; c[l] ^= t;
      d[l] = (d[l] << 11) | (d[l] >> 21);
    }
  }
};

static inline float logOf(float v) {
  int32_t i; std::memcpy(&i, &v, 4);
  int32_t e = (i - 0x3f3504f3) >> 23; i -= e << 23;
  float m; std::memcpy(&m, &i, 4);
  float t = (m - 1) / (m + 1), s = t * t;
  return 2 * t * (1 + s * (1 / 3.f + s * (1 / 5.f + s * (1 / 7.f + s / 9)))) + e * 0.69314718f;
}

static void boxMuller(Streams &g, float *n0, float *n1) {
  uint32_t u[W], v[W];
  g.next(u); g.next(v);
  for (int l = 0; l < W; l++) {
    float r = std::sqrt(-2 * logOf(((u[l] >> 8) + 0.5f) * 0x1.0p-24f));
    // cos and sin of a quarter-turn folded angle.
    float x = ((v[l] >> 8) * 0x1.0p-24f - 0.5f), q = std::fabs(x) - 0.25f, w = TWO_PI * q, s = w * w;
    float c = w * (1 - s * (1 / 6.f - s * (1 / 120.f - s * (1.98408e-4f - s * 2.7526e-6f))));
    float k = 1 - s * (0.5f - s * (1 / 24.f - s * (1.38888e-3f - s * (2.4798e-5f - s * 2.6051e-7f))));
    n0[l] = r * c; n1[l] = x < 0 ? r * k : -r * k;
  }
}

struct Model { double k, alpha, bk, bx, by, aDL; };

static inline void rate(const Model &q, double x, double y, double z, const double *h, double *d) {
  double bx = q.bx + h[0] - q.aDL * z, by = q.by + h[1], bz = q.bk * z + h[2] + q.aDL * x;
  double cx = y * bz - z * by, cy = z * bx - x * bz, cz = x * by - y * bx;
  d[0] = q.k * (cx + q.alpha * (y * cz - z * cy));
  d[1] = q.k * (cy + q.alpha * (z * cx - x * cz));
  d[2] = q.k * (cz + q.alpha * (x * cy - y * cx));
}

static inline void heun(const Model &q, double &x, double &y, double &z, const double *h) {
  double a[3], b[3];
  rate(q, x, y, z, h, a);
  rate(q, x + a[0], y + a[1], z + a[2], h, b);
  x += 0.5 * (a[0] + b[0]); y += 0.5 * (a[1] + b[1]); z += 0.5 * (a[2] + b[2]);
  double n = 1 / std::sqrt(x * x + y * y + z * z);
  x *= n; y *= n; z *= n;
}

int main() {
  const double gamma = 1.76085963e11, alpha = 0.05, dt = 1e-12, volume = M_PI / 4 * 50e-9 * 50e-9 * 1e-9;
  const Model q{-gamma * dt / (1 + alpha * alpha), alpha, 0.08, 0.025, 0.001, 0.006};
  const double deviation = std::sqrt(2 * alpha * 1.380649e-23 * 300 / (gamma * 1e6 * volume * dt));
  Streams g(11);
  double x[W], y[W], z[W];
  for (int l = 0; l < W; l++) { x[l] = 0.05; y[l] = 0; z[l] = 0.99875; }
  const long steps = 1000000;
  float n[6][W];
  const clock_t begin = clock();
  for (long i = 0; i < steps; i += 2) {
    for (int k = 0; k < 6; k += 2) boxMuller(g, n[k], n[k + 1]);
    for (int half = 0; half < 2; half++)
      for (int l = 0; l < W; l++) {
        const double h[3] = {deviation * n[3 * half][l], deviation * n[3 * half + 1][l], deviation * n[3 * half + 2][l]};
        heun(q, x[l], y[l], z[l], h);
      }
  }
  const double seconds = double(clock() - begin) / CLOCKS_PER_SEC;
  double sum = 0;
  for (int l = 0; l < W; l++) sum += z[l];
  std::printf("%.2f %g\n", steps * W / seconds / 1e6, sum);
}
