# SPDX-License-Identifier: MIT
"""Compile time of small programs as a ratio to one that includes Eigen/Core alone.

usage: compile_time.py FOLDER INCLUDE_FLAG...

User time of the compiler, the smallest of several interleaved runs, at -O2. The goals are ratios: 1.5 for the umbrella
header, 2.5 with file loading. They are shown, not enforced: the figure depends on the compiler more than on us.
"""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

ROUNDS = 3
EIGEN = "#include <Eigen/Core>\n"
UMBRELLA = "#include <prepguard/prepguard.hpp>\n"
FILE = UMBRELLA + "#include <prepguard/file.hpp>\n"
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
    "umbrella + file.hpp": FILE + "int main() {}\n",
    "umbrella + file.hpp, loading and guarding": FILE + """
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


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sources = {}
    for number, (title, text) in enumerate(PROGRAMS.items()):
        sources[title] = folder / f"program{number}.cpp"
        sources[title].write_text(text)
    for compiler in filter(shutil.which, ("g++", "clang++")):
        best = {}
        for _ in range(ROUNDS):
            for title, source in sources.items():
                command = [compiler, "-std=c++20", "-O2", *sys.argv[2:], "-c", str(source), "-o", os.devnull]
                best[title] = min(user_seconds(command), best.get(title, float("inf")))
        for title, seconds in best.items():
            print(f"figure: {compiler}: {title}: {seconds:.2f} s, {seconds / best['Eigen/Core']:.2f} of Eigen/Core")


if __name__ == "__main__":
    main()
