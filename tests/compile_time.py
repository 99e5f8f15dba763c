# SPDX-License-Identifier: MIT
"""What small programs cost to compile and how large they become, beside one that includes Eigen/Core alone.

usage: compile_time.py FOLDER INCLUDE_FLAG...

Times are user time of the compiler, the smallest of several interleaved runs, at -O2. The goals are ratios: 1.5 for the
umbrella header, 2.5 with file loading. They are shown, not enforced: the figure depends on the compiler more than on us.
Sizes are those of the stripped programs. Enforced is what a program does not contain: one that loads and guards has no
fit, one that fits has.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

ROUNDS = 3
LONG = 8.0  # seconds
# fit, partial_fit, fit_from, ...: of the library, as a compiler that inlines nothing names them.
FIT = re.compile(r"prepguard::.*\b(?:partial_)?fit(?:_[a-z_]+)?[<(]")
EIGEN = "#include <Eigen/Core>\n"
UMBRELLA = "#include <prepguard/prepguard.hpp>\n"
FILE = UMBRELLA + "#include <prepguard/file.hpp>\n"
LOADING = "umbrella + file.hpp, loading and guarding"
PIPELINE = "umbrella, one pipeline used"
PROGRAMS = {
    "Eigen/Core": EIGEN + "int main() {}\n",
    "umbrella": UMBRELLA + "int main() {}\n",
    "umbrella, a scaler used": UMBRELLA + """
int main() {
  const prepguard::Matrix<double> rows(8, 3);
  prepguard::StandardScaler<double> scaler;
  scaler.fit(rows);
  return static_cast<int>(scaler.transform(rows).rows());
}
""",
    PIPELINE: UMBRELLA + """
int main() {
  const prepguard::Matrix<double> rows(8, 3);
  prepguard::Pipeline pipeline{prepguard::SimpleImputer<double>(), prepguard::StandardScaler<double>()};
  pipeline.fit(rows);
  return static_cast<int>(pipeline.transform(rows).rows());
}
""",
    "umbrella + file.hpp": FILE + "int main() {}\n",
    LOADING: FILE + """
int main(int, char** names) {
  const auto pipeline = prepguard::load_file<float>(names[1]);
  const auto predict = prepguard::guard(pipeline, [](const auto& features) { return features.rows(); });
  static_cast<void>(predict);
}
""",
}


def user_seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def show_times(compiler, sources, flags):
    best = {}
    for _ in range(ROUNDS):
        for title, source in sources.items():
            # What takes this long varies little, and is measured once.
            if best.get(title, 0.0) > LONG:
                continue
            command = [compiler, "-std=c++20", "-O2", *flags, "-c", str(source), "-o", str(source.with_suffix(".o"))]
            best[title] = min(user_seconds(command), best.get(title, float("inf")))
    for title, seconds in best.items():
        print(f"figure: {compiler}: {title}: {seconds:.2f} s, {seconds / best['Eigen/Core']:.2f} of Eigen/Core")


def show_sizes(compiler, sources):
    """Of the programs that show_times has compiled."""
    sizes = {}
    for title in ("Eigen/Core", PIPELINE, LOADING):
        program = sources[title].with_suffix("")
        subprocess.run([compiler, "-s", str(sources[title].with_suffix(".o")), "-o", str(program)], check=True)
        sizes[title] = program.stat().st_size
    for title in (PIPELINE, LOADING):
        added = (sizes[title] - sizes["Eigen/Core"]) / 1024
        print(f"figure: {compiler}: {title}: {added:.0f} KiB of program over Eigen/Core")


def fits_in(compiler, source, flags):
    """The fits that a program contains, read from an object file in which nothing is inlined."""
    whole = source.with_suffix(".o")
    subprocess.run([compiler, "-std=c++20", "-O0", *flags, "-c", str(source), "-o", str(whole)], check=True)
    symbols = subprocess.run(["nm", "-C", str(whole)], check=True, capture_output=True, text=True).stdout
    return [line for line in symbols.splitlines() if FIT.search(line)]


def check_contents(compiler, sources, flags):
    """True if fits are where they are used and nowhere else."""
    used, unused = (fits_in(compiler, sources[title], flags) for title in (PIPELINE, LOADING))
    for line in unused:
        print(f"{LOADING}, not to be there: {line}")
    if not used:
        print(f"{PIPELINE}: no fit found, so this check sees nothing")
    return bool(used) and not unused


def main():
    folder, flags = Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    sources = {}
    for number, (title, text) in enumerate(PROGRAMS.items()):
        sources[title] = folder / f"program{number}.cpp"
        sources[title].write_text(text)
    compilers = list(filter(shutil.which, ("g++", "clang++")))
    for compiler in compilers:
        show_times(compiler, sources, flags)
        show_sizes(compiler, sources)
    good = check_contents(compilers[-1], sources, flags)
    print(f"{int(good)} passed, {int(not good)} failed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
