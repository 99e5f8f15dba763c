// SPDX-License-Identifier: MIT
// Every property that every step must have, over the `Steps` that the including file names. See block.hpp. Included after
// suite.hpp, inside of a namespace in `conformance` that bears the name of the file.

/// Calls `check` with an unfitted object of every step type.
template <class Check>
void for_every_step_type(Check&& check) {
  const auto over = [&]<class... Listed>(prepguard::StepList<Listed...>) {
    static_assert((prepguard::Estimator<Listed> && ...));
    const auto one = [&]<class Step>(Step step) {
      const std::string type(Step::type);
      const std::string scalar = sizeof(typename Step::Scalar) == 4 ? "float" : "double";
      CAPTURE(type);
      CAPTURE(scalar);
      check(std::move(step));
    };
    // Sanitizers look at memory, and both scalar types are one template: there one of them is compiled.
#ifdef PREPGUARD_ONE_SCALAR
    const auto chosen = [&]<class Step>(Step step) {
      if constexpr (sizeof(typename Step::Scalar) == sizeof(double)) one(std::move(step));
    };
#else
    const auto& chosen = one;
#endif
    (chosen(Listed()), ...);
  };
  over(Steps());
}

/// Calls `check(step, rows)` with every example of every step, fitted to its training rows.
template <class Check>
void for_every_fitted_step(Check&& check) {
  for_every_step_type([&]<class Step>(const Step&) {
    const BlockOf<Step> rows = Examples<Step>::training();
    for (const Step& example : Examples<Step>::unfitted()) check(fitted(example, rows), rows);
  });
}

/// The step type that the figures are about.
static const char* shown_type() {
  return []<class First, class... Rest>(prepguard::StepList<First, Rest...>) {
    return First::type.data();
  }(Steps());
}

/// Names of test cases begin with the step: doctest takes cases of one name and line for one.
static const char* titled(const char* property) {
  static std::deque<std::string> titles;
  return titles.emplace_back(std::string("conformance: ") + shown_type() + ": " + property).c_str();
}

namespace {
const bool registered = [] {
  []<class... Listed>(prepguard::StepList<Listed...>) { (covered().insert(typeid(Listed).name()), ...); }(Steps());
  return true;
}();
}  // namespace


namespace {

using prepguard::AnyPipeline;
using prepguard::AnyStep;
using prepguard::Errc;
using prepguard::Kind;
using prepguard::Layout;
using prepguard::MatrixView;
using prepguard::Missing;
using prepguard::MissingFlow;
using prepguard::Mixed;
using prepguard::MixedView;
using prepguard::Number;
using prepguard::Pipeline;
using prepguard::StepList;
using prepguard::Text;
using prepguard::detail::part_of;
using prepguard::detail::Place;

template <Number T>
std::string difference(const Block<T>& got, const Block<T>& want) {
  const std::string numbers = cells::difference(got.numbers, want.numbers);
  return numbers.empty() ? cells::difference(got.texts, want.texts) : numbers;
}

/// Columns of numbers, then columns of text.
template <Number T>
Layout layout_of(const Block<T>& rows) {
  std::vector<Kind> kinds(rows.numbers.cols(), Kind::number);
  kinds.resize(rows.cols(), Kind::text);
  return Layout(std::move(kinds));
}

/// A block whose cells are arranged in memory by a layout.
template <Number T>
struct ArrangedBlock {
  ArrangedBlock(const cells::Layout& layout, const Block<T>& rows)
      : numbers(layout, rows.numbers), texts(layout, rows.texts) {}

  MixedView<T> view() const { return {numbers.view(), texts.view()}; }
  MixedView<const T> readable() const { return {numbers.readable(), texts.readable()}; }
  std::size_t spoiled() const { return numbers.spoiled() + texts.spoiled(); }

  cells::Arranged<T> numbers;
  cells::Arranged<Text> texts;
};

std::vector<std::size_t> numbers_up_to(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

/// Rows of training again and again, enough for several tiles.
template <Number T>
Block<T> many(const Block<T>& rows) {
  std::vector<std::size_t> order = numbers_up_to(2500);
  for (std::size_t& i : order) i = (i * i + 3 * i) % rows.rows();
  return rows.pick(order);
}

}  // namespace

TEST_CASE(titled("a value: copies are equal and independent, moves carry the state")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    static_assert(std::copyable<Step> && std::equality_comparable<Step> && std::default_initializable<Step>);
    static_assert(std::is_nothrow_move_constructible_v<Step> && std::is_nothrow_move_assignable_v<Step>);
    const BlockOf<Step> want = transformed(step, rows);
    Step copy = step;
    CHECK(copy == step);
    CHECK_FALSE(copy == Step());
    const Step moved = std::move(copy);
    CHECK(moved == step);
    CHECK(difference(transformed(moved, rows), want) == "");
    copy = moved;
    Step& self = copy;
    copy = self;
    CHECK(copy == step);
    CHECK(difference(transformed(copy, rows), want) == "");
    Step other;
    other = std::move(copy);
    CHECK(difference(transformed(other, rows), want) == "");
  });
}

TEST_CASE(titled("default-constructed and moved-from steps have no width and say so")) {
  for_every_fitted_step([]<class Step>(Step step, const BlockOf<Step>& rows) {
    Step gone = step;
    const Step taken = std::move(gone);
    Step assigned_away = step, target;
    target = std::move(assigned_away);
    CHECK(target == step);
    for (const Step& empty : {Step(), gone, assigned_away}) {  // NOLINT: what is left is what is tested
      CHECK(empty.input_width() == 0);
      CHECK(empty.output_width() == 0);
      cells::check_error(
          [&] { static_cast<void>(empty.transform(part_of<typename Step::Input>(rows.view()))); },
          Errc::bad_shape, {"not fitted", Step::type.data()});
    }
    gone = taken;
    CHECK(difference(transformed(gone, rows), transformed(step, rows)) == "");
  });
}

TEST_CASE(titled("one column more or less is refused with both widths")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    for (const std::size_t width : {std::size_t{0}, step.input_width() - 1, step.input_width() + 1}) {
      const BlockOf<Step> other(2, rows.texts.cols() == 0 ? width : 0, rows.texts.cols() == 0 ? 0 : width);
      const std::string expected =
          "expected " + std::to_string(step.input_width()) + " features, got " + std::to_string(width);
      cells::check_error(
          [&] { static_cast<void>(step.transform(part_of<typename Step::Input>(other.view()))); },
          Errc::bad_shape, {expected.c_str(), Step::type.data()});
    }
    // The output has the right shape or nothing is written.
    BlockOf<Step> wide = output_for(step, rows.rows() + 1);
    cells::check_error(
        [&] {
          step.transform(part_of<typename Step::Input>(rows.view()),
                         part_of<typename Step::Output>(wide.target()));
        },
        Errc::bad_shape, {"output", "never resized"});
  });
}

TEST_CASE(titled("no rows give no rows, of the right width")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    const BlockOf<Step> out = transformed(step, rows.pick({}));
    CHECK(out.rows() == 0);
    CHECK(out.cols() == step.output_width());
    if constexpr (!std::is_same_v<typename Step::Output, Mixed<typename Step::Scalar>>) {
      const auto owned = step.transform(part_of<typename Step::Input>(rows.pick({}).view()));
      CHECK(owned.rows() == 0);
      CHECK(owned.cols() == step.output_width());
    }
  });
}

TEST_CASE(titled("every row on its own, every subset, several tiles: the same bits")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& training) {
    const BlockOf<Step> rows = many(training);
    const BlockOf<Step> whole = transformed(step, rows);
    for (std::size_t i = 0; i < rows.rows(); i += 37) {
      REQUIRE(difference(transformed(step, rows.pick({i})), whole.pick({i})) == "");
    }
    std::vector<std::size_t> some;
    for (std::size_t i = 5; i < rows.rows(); i += 3) some.push_back(i % 2 == 0 ? i : rows.rows() - i);
    CHECK(difference(transformed(step, rows.pick(some)), whole.pick(some)) == "");
  });
}

TEST_CASE(titled("the same bits from and into every layout; nothing outside is touched")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    const BlockOf<Step> want = transformed(step, rows);
    for (const cells::Layout& from : cells::layouts) {
      for (const cells::Layout& into : cells::layouts) {
        CAPTURE(from.name);
        CAPTURE(into.name);
        const ArrangedBlock<typename Step::Scalar> in(from, rows), out(into, output_for(step, rows.rows()));
        step.transform(part_of<typename Step::Input>(in.readable()),
                       part_of<typename Step::Output>(out.view()));
        REQUIRE(cells::difference(out.numbers.readable(),
                                  MatrixView<const typename Step::Scalar>(want.numbers)) == "");
        REQUIRE(cells::difference(out.texts.readable(), MatrixView<const Text>(want.texts)) == "");
        REQUIRE(out.spoiled() == 0);
        REQUIRE(in.spoiled() == 0);
        REQUIRE(cells::difference(in.numbers.readable(),
                                  MatrixView<const typename Step::Scalar>(rows.numbers)) == "");
      }
    }
    const cells::ReadOnly<typename Step::Scalar> numbers{
        MatrixView<const typename Step::Scalar>(rows.numbers)};
    const cells::ReadOnly<Text> texts{MatrixView<const Text>(rows.texts)};
    BlockOf<Step> out = output_for(step, rows.rows());
    const MixedView<const typename Step::Scalar> in(numbers.view(), texts.view());
    step.transform(part_of<typename Step::Input>(in), part_of<typename Step::Output>(out.target()));
    CHECK(difference(out, want) == "");
  });
}

TEST_CASE(titled(
    "in place where widths allow it; a partial overlap is refused before the first write")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& training) {
    if constexpr (std::is_same_v<typename Step::Input, typename Step::Output>) {
      const BlockOf<Step> rows = many(training);
      if (step.input_width() == step.output_width()) {
        for (const cells::Layout& layout : cells::layouts) {
          CAPTURE(layout.name);
          const ArrangedBlock<typename Step::Scalar> block(layout, rows);
          step.transform(part_of<typename Step::Input>(block.readable()),
                         part_of<typename Step::Output>(block.view()));
          const BlockOf<Step> want = transformed(step, rows);
          REQUIRE(cells::difference(block.numbers.readable(),
                                    MatrixView<const typename Step::Scalar>(want.numbers)) == "");
          REQUIRE(cells::difference(block.texts.readable(), MatrixView<const Text>(want.texts)) == "");
          REQUIRE(block.spoiled() == 0);
        }
      }
      BlockOf<Step> block = output_for(step, training.rows() + 2);
      if (block.numbers.cols() < training.numbers.cols()) block.numbers = training.numbers;
      if (block.texts.cols() < training.texts.cols()) block.texts = training.texts;
      const BlockOf<Step> before = block;
      const MixedView<const typename Step::Scalar> in(
          MatrixView<const typename Step::Scalar>(block.numbers)
              .middle_cols(0, training.numbers.cols())
              .middle_rows(0, 3),
          MatrixView<const Text>(block.texts).middle_cols(0, training.texts.cols()).middle_rows(0, 3));
      const BlockOf<Step> shape = output_for(step, 3);
      const MixedView<typename Step::Scalar> out(
          MatrixView<typename Step::Scalar>(block.numbers)
              .middle_cols(0, shape.numbers.cols())
              .middle_rows(1, 3),
          MatrixView<Text>(block.texts).middle_cols(0, shape.texts.cols()).middle_rows(1, 3));
      cells::check_error(
          [&] { step.transform(part_of<typename Step::Input>(in), part_of<typename Step::Output>(out)); },
          Errc::bad_shape, {"overlap in part", "in place"});
      CHECK(difference(block, before) == "");
    }
  });
}

TEST_CASE(titled("direct, Pipeline, AnyOf and AnyPipeline give the same bits")) {
  std::size_t cells_compared = 0;
  for_every_fitted_step([&]<class Step>(const Step& step, const BlockOf<Step>& training) {
    using T = typename Step::Scalar;
    const BlockOf<Step> rows = many(training);
    const BlockOf<Step> want = transformed(step, rows);
    const Pipeline pipeline{step};
    CHECK(difference(transformed(pipeline, rows), want) == "");
    CHECK(difference(transformed(AnyStep<T, StepList<Step>>(step), rows), want) == "");
    CHECK(difference(transformed(AnyPipeline<T, StepList<Step>>(pipeline), rows), want) == "");
    CHECK(AnyPipeline<T, StepList<Step>>(pipeline).output_layout() == layout_of(want));

    // Fitted through the run-time forms, too.
    for (Step unfitted : Examples<Step>::unfitted()) {
      if (!(fitted(unfitted, training) == step)) continue;
      AnyPipeline<T, StepList<Step>> any(
          std::vector<prepguard::Named<AnyStep<T, StepList<Step>>>>{{"only", unfitted}});
      any.fit(training.view());
      CHECK(any.steps()[0].step == AnyStep<T, StepList<Step>>(step));
      CHECK(difference(transformed(any, rows), want) == "");
    }
    cells_compared += 4 * want.rows() * want.cols();
  });
  std::printf("conformance of %s: %zu cells equal through four kinds of pipeline\n",
              shown_type(), cells_compared);
}

TEST_CASE(titled("every instruction set gives the same bits")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& training) {
    const BlockOf<Step> rows = many(training);
    const BlockOf<Step> want = transformed(step, rows);
    for_every_instruction_set([&](prepguard::InstructionSet) {
      CHECK(difference(transformed(step, rows), want) == "");
      CHECK(fitted(step, training) == step);
    });
  });
}

TEST_CASE(titled("one name for every output, all different")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>&) {
    const std::vector<std::string> names =
        step.feature_names_out(prepguard::default_names(step.input_width()));
    CHECK(names.size() == step.output_width());
    CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  });
}

TEST_CASE(titled("missing_flow says what becomes of a missing cell")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& training) {
    for (std::size_t j = 0; j < step.input_width(); ++j) {
      const bool text = j >= training.numbers.cols();
      for (const Missing how : {Missing::nan, Missing::none}) {
        if (!text && how == Missing::none) continue;
        CAPTURE(j);
        // The row of training without a gap, but for this one.
        BlockOf<Step> row = training.pick({4});
        if (text) {
          row.texts(0, j - training.numbers.cols()) = Text(how);
        } else {
          row.numbers(0, j) = cells::nan<typename Step::Scalar>;
        }
        std::vector<MissingFlow> in(step.input_width(), MissingFlow::never);
        in[j] = how == Missing::nan ? MissingFlow::nan : MissingFlow::none;
        const std::vector<MissingFlow> flow = step.missing_flow(in);
        REQUIRE(flow.size() == step.output_width());
        const bool refused = std::count(flow.begin(), flow.end(), MissingFlow::refused) > 0;

        BlockOf<Step> out = output_for(step, 1);
        if (!step.apply(part_of<typename Step::Input>(row.view()),
                        part_of<typename Step::Output>(out.target()))) {
          CHECK(refused);
          continue;
        }
        for (std::size_t k = 0; k < flow.size(); ++k) {
          CAPTURE(k);
          if (flow[k] == MissingFlow::refused) continue;
          if (k < out.numbers.cols()) {
            CHECK(prepguard::detail::is_nan(&out.numbers(0, k)) == (flow[k] == MissingFlow::nan));
          } else {
            const Missing got = out.texts(0, k - out.numbers.cols()).missing();
            CHECK((got == Missing::nan) == (flow[k] == MissingFlow::nan));
            CHECK((got == Missing::none) == (flow[k] == MissingFlow::none));
          }
        }
      }
    }
  });
}

TEST_CASE(titled("the inverse of the transform is the training data, or cells with the same features")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    if constexpr (prepguard::Invertible<Step>) {
      if (!step.can_invert()) return;
      using T = typename Step::Scalar;
      const BlockOf<Step> features = transformed(step, rows);
      BlockOf<Step> back(rows.rows(), rows.numbers.cols(), rows.texts.cols());
      const auto undo = [&] {
        step.inverse_transform(part_of<typename Step::Output>(features.view()),
                               part_of<typename Step::Input>(back.target()));
      };
      if (!step.can_invert()) {
        cells::check_error(undo, Errc::bad_parameter, {Step::type.data(), "has no inverse"});
        return;
      }
      undo();
      if constexpr (requires { Examples<Step>::inverse_is_typical; }) {
        CHECK(difference(transformed(step, back), features) == "");
        return;
      }
      CHECK(cells::difference(back.texts, rows.texts) == "");
      for (std::size_t j = 0; j < rows.numbers.cols(); ++j) {
        double largest = 1;  // MinMaxScaler subtracts and adds numbers of the size of the feature range
        for (std::size_t i = 0; i < rows.rows(); ++i) {
          if (prepguard::all_finite(rows.numbers.row(i).subspan(j, 1))) {
            largest = std::max(largest, std::abs(double{rows.numbers(i, j)}));
          }
        }
        double ulps = 8;
        if constexpr (requires { Examples<Step>::inverse_ulps(step); }) ulps = Examples<Step>::inverse_ulps(step);
        for (std::size_t i = 0; i < rows.rows(); ++i) {
          if (cells::same(back.numbers(i, j), rows.numbers(i, j))) continue;
          CHECK(std::abs(double{back.numbers(i, j)} - double{rows.numbers(i, j)}) <=
                ulps * double{std::numeric_limits<T>::epsilon()} * largest);
        }
      }
    }
  });
}

TEST_CASE(titled("fit again, in another order of rows, from another layout: the same state")) {
  for_every_step_type([]<class Step>(const Step&) {
    const BlockOf<Step> rows = Examples<Step>::training();
    std::vector<std::size_t> order = numbers_up_to(rows.rows());
    for (const Step& example : Examples<Step>::unfitted()) {
      const Step step = fitted(example, rows);
      CHECK(fitted(step, rows) == step);
      std::sort(order.begin(), order.end());
      do {
        REQUIRE(fitted(example, rows.pick(order)) == step);
      } while (std::next_permutation(order.begin(), order.end()));
      for (const cells::Layout& layout : cells::layouts) {
        CAPTURE(layout.name);
        const ArrangedBlock<typename Step::Scalar> block(layout, rows);
        Step again = example;
        again.fit(part_of<typename Step::Input>(block.readable()));
        CHECK(again == step);
      }
    }
  });
}

TEST_CASE(titled("parts of any sharding, merged in any order, are one fit; so are batches")) {
  for_every_step_type([]<class Step>(const Step&) {
    if constexpr (requires { typename Step::Partial; }) {
      using Partial = typename Step::Partial;
      const BlockOf<Step> rows = Examples<Step>::training();
      std::mt19937 random(20240229);
      for (const Step& example : Examples<Step>::unfitted()) {
        const Step want = fitted(example, rows);
        const auto part_of_rows = [&](const std::vector<std::size_t>& order) {
          return example.partial(part_of<typename Step::Input>(rows.pick(order).view()));
        };
        const Partial whole = part_of_rows(numbers_up_to(rows.rows()));
        CHECK(whole.rows() == rows.rows());
        for (int round = 0; round < 200; ++round) {
          std::vector<std::vector<std::size_t>> shards(1 + random() % 5);
          for (std::size_t i = 0; i < rows.rows(); ++i) shards[random() % shards.size()].push_back(i);
          std::erase_if(shards, [](const auto& shard) { return shard.empty(); });
          Partial merged;
          Step streamed = example;
          for (const auto& shard : shards) {
            merged =
                random() % 2 == 0 ? merge(merged, part_of_rows(shard)) : merge(part_of_rows(shard), merged);
            streamed.partial_fit(part_of<typename Step::Input>(rows.pick(shard).view()));
          }
          Step finished = example;
          REQUIRE(merged == whole);
          REQUIRE(finished.finish(merged) == want);
          REQUIRE(streamed == want);
        }
      }
    }
  });
}

TEST_CASE(titled("a fit that fails leaves the old state; one of another width replaces it")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    Step refitted = step;
    cells::check_error([&] { refitted.fit(part_of<typename Step::Input>(rows.pick({}).view())); },
                       Errc::cannot_fit, {"0 rows", Step::type.data()});
    cells::check_error([&] { refitted.fit(part_of<typename Step::Input>(BlockOf<Step>(3, 0, 0).view())); },
                       Errc::bad_shape, {"at least 1 feature", Step::type.data()});
    CHECK(refitted == step);
    CHECK(difference(transformed(refitted, rows), transformed(step, rows)) == "");

    BlockOf<Step> first(rows.rows(), rows.numbers.cols() == 0 ? 0 : 1, rows.numbers.cols() == 0 ? 1 : 0);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      if (rows.numbers.cols() != 0) first.numbers(i, 0) = rows.numbers(i, 0);
      if (rows.numbers.cols() == 0) first.texts(i, 0) = rows.texts(i, 0);
    }
    refitted = fitted(refitted, first);
    CHECK(refitted.input_width() == 1);
    CHECK(transformed(refitted, first).rows() == rows.rows());
  });
}

TEST_CASE(titled("prepare refuses every state that contradicts itself, naming the place")) {
  std::size_t refused = 0;
  for_every_fitted_step([&]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    const Layout layout = layout_of(rows);
    const auto check_refused = [&](const Step& damaged, const std::string& place) {
      CAPTURE(place);
      Step copy = damaged;
      const std::string text = "pipeline." + place + ": expected";
      cells::check_error([&] { copy.prepare(layout, Place("pipeline")); }, Errc::bad_state, {text.c_str()});
      ++refused;
    };
    Step sound = step;
    CHECK(sound.prepare(layout, Place("pipeline")) == layout_of(transformed(step, rows)));
    for (const std::int64_t width :
         {std::int64_t{0}, std::int64_t{-1}, static_cast<std::int64_t>(rows.cols()) + 1}) {
      Step damaged = step;
      cells::set_field(damaged, "inputs", width);
      check_refused(damaged, "inputs");
    }
    if constexpr (requires { Step::rounds_statistics; }) {
      Step damaged = step;
      cells::set_field(damaged, "contract", prepguard::Contract::sklearn_float32_coefficients);
      if (Step::rounds_statistics) {
        CHECK_NOTHROW(damaged.prepare(layout, Place("pipeline")));
      } else {
        check_refused(damaged, "contract");
      }
      Step of_sklearn = step;
      cells::set_field(of_sklearn, "contract", prepguard::Contract::sklearn_float64_coefficients);
      if (Step::has_sklearn_class) {
        CHECK_NOTHROW(of_sklearn.prepare(layout, Place("pipeline")));
      } else {
        check_refused(of_sklearn, "contract");
      }
      Step other_kind = step;
      std::vector<Kind> kinds = layout.kinds();
      kinds.back() = kinds.back() == Kind::text ? Kind::number : Kind::text;
      cells::check_error([&] { other_kind.prepare(Layout(kinds), Place("pipeline")); }, Errc::bad_state,
                         {"inputs", "column"});
    }
  });
  // Each damage is done to the first example.
  for_every_step_type([&]<class Step>(const Step&) {
    const BlockOf<Step> rows = Examples<Step>::training();
    for (const auto& damage : Examples<Step>::damages()) {
      CAPTURE(damage.place);
      Step damaged = fitted(Examples<Step>::unfitted().front(), rows);
      damage.apply(damaged);
      const std::string place = std::string("pipeline.") + damage.place + ": expected";
      cells::check_error([&] { damaged.prepare(layout_of(rows), Place("pipeline")); }, Errc::bad_state,
                         {place.c_str()});
      ++refused;
    }
  });
  std::printf("conformance of %s: %zu damaged states refused\n", shown_type(), refused);
}

TEST_CASE(titled("eight threads transform and copy one step at once: the same bits")) {
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& training) {
    const BlockOf<Step> rows = many(training);
    const BlockOf<Step> want = transformed(step, rows);
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        for (int round = 0; round < 5; ++round) {
          const bool same = t % 2 == 0 ? difference(transformed(step, rows), want).empty()
                                       : difference(transformed(Step(step), rows), want).empty();
          if (!same) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
  });
}

TEST_CASE(
    titled("the control register of the caller changes nothing and is as it was afterwards")) {
#if defined(__x86_64__)
  for_every_fitted_step([]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    const BlockOf<Step> want = transformed(step, rows);
    const unsigned normal = __builtin_ia32_stmxcsr();
    for (const unsigned state :
         {0x9fc0U, 0x3f80U, 0x5f80U, 0x7f80U}) {  // FTZ and DAZ; down; up; towards zero
      CAPTURE(state);
      BlockOf<Step> got = output_for(step, rows.rows());
      Step again = step;
      __builtin_ia32_ldmxcsr(state);
      step.transform(part_of<typename Step::Input>(rows.view()),
                     part_of<typename Step::Output>(got.target()));
      again.fit(part_of<typename Step::Input>(rows.view()));
      const unsigned after = __builtin_ia32_stmxcsr();
      __builtin_ia32_ldmxcsr(normal);
      CHECK((after & 0xffc0U) == (state & 0xffc0U));
      CHECK(difference(got, want) == "");
      CHECK(again == step);
    }
  });
#endif
}

TEST_CASE(titled("no step allocates in a steady state, whatever the layout")) {
  std::uint64_t transforms = 0, total = 0;
  for_every_fitted_step([&]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    using T = typename Step::Scalar;
    const Pipeline pipeline{step};
    const AnyStep<T, StepList<Step>> any(step);
    const AnyPipeline<T, StepList<Step>> chain(pipeline);
    const BlockOf<Step> shape = output_for(step, rows.rows());
    for (const cells::Layout& layout : cells::layouts) {
      CAPTURE(layout.name);
      const cells::Arranged<T> numbers(layout, rows.numbers), number_results(layout, shape.numbers);
      const cells::Arranged<Text> texts(layout, rows.texts), text_results(layout, shape.texts);
      const MixedView<const T> in(numbers.readable(), texts.readable());
      const MixedView<T> out(number_results.view(), text_results.view());
      const auto check = [&](const auto& transformer) {
        using Transformer = std::remove_cvref_t<decltype(transformer)>;
        const std::uint64_t made = in_steady_state([&] {
          transformer.transform(part_of<typename Transformer::Input>(in),
                                part_of<typename Transformer::Output>(out));
        });
        CHECK(made == 0);
        total += made;
        ++transforms;
      };
      check(step);
      check(pipeline);
      check(any);
      check(chain);
      if constexpr (prepguard::Invertible<Step>) {
        if (!step.can_invert()) continue;
        CHECK(in_steady_state([&] {
                step.inverse_transform(
                    part_of<typename Step::Output>(MixedView<const T>(out)),
                    part_of<typename Step::Input>(MixedView<T>(numbers.view(), texts.view())));
              }) == 0);
      }
    }
  });
  std::printf("G11 %s: %llu transforms, %llu allocations\n", shown_type(),
              static_cast<unsigned long long>(transforms), static_cast<unsigned long long>(total));
}

TEST_CASE(titled(
    "every allocation of a fit, copy or transform fails once: nothing changes, nothing leaks")) {
  std::size_t failed = 0;
  for_every_fitted_step([&]<class Step>(const Step& step, const BlockOf<Step>& rows) {
    using T = typename Step::Scalar;
    // Fitted to fewer rows, so that a fit that was half done would show.
    const BlockOf<Step> other = rows.pick({0, 1, 2, 4});
    const AnyPipeline<T, StepList<Step>> chain(Pipeline{step});
    const auto attempt = [&](const auto& object) {
      using Object = std::remove_cvref_t<decltype(object)>;
      const auto in = part_of<typename Object::Input>(other.view());
      failed += check_strong(object, [&](Object& o) { o.fit(in); });
      failed += check_strong(object, [&](Object&) { const Object copy = object; });
      BlockOf<Step> out = output_for(object, other.rows());
      const cells::Arranged<T> numbers(cells::layouts[1], other.numbers);
      const cells::Arranged<Text> texts(cells::layouts[1], other.texts);
      const MixedView<const T> columns(numbers.readable(), texts.readable());
      failed += check_strong(object, [&](Object& o) {
        o.transform(part_of<typename Object::Input>(columns), part_of<typename Object::Output>(out.target()));
      });
    };
    attempt(step);
    attempt(chain);
  });
  std::printf("G13 %s: %zu allocations made to fail, 0 changes, 0 leaks\n", shown_type(),
              failed);
}
