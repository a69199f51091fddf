// The inner loops of training. Build: g++ -O3 -march=native -fopenmp -shared -fPIC -o kernels.so kernels.cpp
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {
inline uint64_t next_random(uint64_t &state) {
  state += 0x9e3779b97f4a7c15ull;
  uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}
// How often a word counts by the number of words before it, in halves. A text opens with what it is about (signature, path, first
// sentence), and what comes late says less about it; src/models/staticEmbedder.ts counts in the same way.
inline int emphasis(int said) { return said < 8 ? 8 : said < 16 ? 6 : said < 32 ? 4 : said < 64 ? 2 : 1; }
inline float uniform(uint64_t &state) { return (next_random(state) >> 40) * (1.0f / 16777216.0f); }

struct Field {
  const int *ids;
  const int64_t *starts;
};
}  // namespace

extern "C" {

// What one text of a batch is made of. `part`: 0 all of the code, 1 its first half, 2 its second half.
struct Recipe {
  int example;
  int doc, code, name, path;  // how many times each field is said
  int part;
  int mask_name;              // 1: leave out the name's words wherever they stand; 2: leave out the name where it stands as a whole
  int keywords;               // leave out the common words of questions
  int extra_from, extra_to;   // a range of `extras`: words to add
  float dropout;
  int opening;                // whether the first words count more
};

// Composes texts into (row, weight) lists: weight = 1 + ln(count). A word of a stem family also gives the family's row.
// `*_pairs` give, for each row of a field, the row of its pair with the row before it, or -1. Returns the number of entries written.
int64_t compose(const Recipe *recipes, int count, const int *doc_ids, const int64_t *doc_starts, const int *code_ids, const int64_t *code_starts,
                const int *name_ids, const int64_t *name_starts, const int *path_ids, const int64_t *path_starts, const int *extras,
                const uint8_t *is_common, const int *doc_pairs, const int *code_pairs, const int *name_pairs,
                const int *path_pairs, const int *stem_of, int words, uint64_t seed, int *rows, float *weights, int64_t *ends) {
  std::vector<int> counts(words, 0), seen;
  std::vector<uint8_t> masked(words, 0);
  int64_t written = 0;
  uint64_t state = seed;
  const Field fields[4] = {{doc_ids, doc_starts}, {code_ids, code_starts}, {name_ids, name_starts}, {path_ids, path_starts}};
  for (int i = 0; i < count; i++) {
    const Recipe &recipe = recipes[i];
    const int e = recipe.example;
    const int times[4] = {recipe.doc, recipe.code, recipe.name, recipe.path};
    if (recipe.mask_name == 1) for (int64_t k = name_starts[e]; k < name_starts[e + 1]; k++) masked[name_ids[k]] = 1;
    // The order is that of a chunk as the product embeds it: path, name, comment, code.
    const int order[4] = {3, 2, 0, 1};
    const int64_t name_from = name_starts[e], name_length = name_starts[e + 1] - name_from;
    const int *pairs[4] = {doc_pairs, code_pairs, name_pairs, path_pairs};
    int said = 0;
    for (int f : order) {
      int64_t from = fields[f].starts[e], to = fields[f].starts[e + 1];
      if (f == 1 && recipe.part == 1) to = from + (to - from) / 2;
      if (f == 1 && recipe.part == 2) from = from + (to - from) / 2;
      const int *ids = fields[f].ids;
      for (int time = 0; time < times[f]; time++) {
        int64_t before = -1;
        for (int64_t k = from; k < to; k++) {
          if (recipe.mask_name == 2 && name_length > 0 && k + name_length <= to && std::equal(name_ids + name_from, name_ids + name_from + name_length, ids + k)) {
            k += name_length - 1;
            continue;
          }
          const int id = ids[k];
          if (masked[id] || (recipe.keywords && is_common[id])) continue;
          if (!counts[id]) seen.push_back(id);
          counts[id] += recipe.opening ? emphasis(said) : 2;
          // A pair counts where both of its words are said.
          const int pair = pairs[f][k];
          if (pair >= 0 && before == k - 1 && !recipe.keywords) {
            if (!counts[pair]) seen.push_back(pair);
            counts[pair] += recipe.opening ? emphasis(said) : 2;
          }
          before = k;
          said++;
        }
      }
    }
    for (int k = recipe.extra_from; k < recipe.extra_to; k++) {
      if (!counts[extras[k]]) seen.push_back(extras[k]);
      counts[extras[k]] += recipe.opening ? emphasis(said) : 2;
    }
    for (int id : seen) {
      if (recipe.dropout <= 0 || uniform(state) >= recipe.dropout) {
        const float weight = 1.0f + std::log(0.5f * counts[id]);
        rows[written] = id;
        weights[written++] = weight;
        if (stem_of[id] >= 0) {
          rows[written] = stem_of[id];
          weights[written++] = weight;
        }
      }
      counts[id] = 0;
    }
    seen.clear();
    if (recipe.mask_name == 1) for (int64_t k = name_starts[e]; k < name_starts[e + 1]; k++) masked[name_ids[k]] = 0;
    ends[i + 1] = written;
  }
  return written;
}

// Weighted sums of table rows. Each thread takes a slice of the columns, so that gradients need no locks.
void forward(const float *table, int d, const int *rows, const float *weights, const int64_t *ends, int count, float *out) {
#pragma omp parallel for schedule(static)
  for (int i = 0; i < count; i++) {
    float *o = out + (int64_t)i * d;
    std::memset(o, 0, d * sizeof(float));
    for (int64_t k = ends[i]; k < ends[i + 1]; k++) {
      const float *r = table + (int64_t)rows[k] * d;
      const float w = weights[k];
      for (int x = 0; x < d; x++) o[x] += w * r[x];
    }
  }
}

void backward(float *gradient, int d, const int *rows, const float *weights, const int64_t *ends, int count, const float *out_gradient) {
#pragma omp parallel for schedule(static)
  for (int from = 0; from < d; from += 64) {
    const int to = std::min(d, from + 64);
    for (int i = 0; i < count; i++) {
      const float *o = out_gradient + (int64_t)i * d;
      for (int64_t k = ends[i]; k < ends[i + 1]; k++) {
        float *r = gradient + (int64_t)rows[k] * d;
        const float w = weights[k];
        for (int x = from; x < to; x++) r[x] += w * o[x];
      }
    }
  }
}

void adagrad(float *table, float *gradient, float *squares, int d, const int *rows, int count, float rate) {
#pragma omp parallel for schedule(static)
  for (int i = 0; i < count; i++) {
    const int64_t at = (int64_t)rows[i] * d;
    float *t = table + at, *g = gradient + at, *s = squares + at;
    for (int x = 0; x < d; x++) {
      s[x] += g[x] * g[x];
      t[x] -= rate * g[x] / (std::sqrt(s[x]) + 1e-8f);
      g[x] = 0;
    }
  }
}

// Symmetric softmax cross entropy over a square of logits, in place: logits become their gradient. `skip[i] == skip[j]` (i != j)
// marks pairs that are not wrong answers for each other. Returns the mean loss.
float contrast(float *logits, int count, const int *group) {
  std::vector<float> row_sum(count), column_sum(count, 0.0f);
  double loss = 0;
  float highest = -1e30f;
  for (int64_t k = 0; k < (int64_t)count * count; k++) highest = std::max(highest, logits[k]);
  std::vector<float> diagonal(count);
  for (int i = 0; i < count; i++) {
    float *l = logits + (int64_t)i * count;
    diagonal[i] = l[i] - highest;
    float sum = 0;
    for (int j = 0; j < count; j++) l[j] = std::exp(l[j] - highest);
    for (int j = 0; j < count; j++) if (j != i && group[i] == group[j]) l[j] = 0;
    for (int j = 0; j < count; j++) sum += l[j];
    for (int j = 0; j < count; j++) column_sum[j] += l[j];
    row_sum[i] = sum;
  }
  for (int i = 0; i < count; i++) loss -= 2 * diagonal[i] - std::log(row_sum[i] + 1e-30f) - std::log(column_sum[i] + 1e-30f);
  std::vector<float> inverse(count);
  for (int i = 0; i < count; i++) inverse[i] = 1.0f / (column_sum[i] + 1e-30f);
  for (int i = 0; i < count; i++) {
    float *l = logits + (int64_t)i * count;
    const float row = 1.0f / (row_sum[i] + 1e-30f), scale = 0.5f / count;
    for (int j = 0; j < count; j++) l[j] *= (row + inverse[j]) * scale;
    l[i] -= 1.0f / count;
  }
  return loss / (2 * count);
}
}
