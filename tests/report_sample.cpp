// SPDX-License-Identifier: MIT
// Writes reports in every rendering into a folder, for tests in other languages: report_sample FOLDER
#include <fstream>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "prepguard/report_html.hpp"
#include "prepguard/report_json.hpp"
#include "prepguard/report_prometheus.hpp"
#include "prepguard/report_text.hpp"
#include "report_samples.hpp"

namespace {

bool write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  return static_cast<bool>(file.flush());
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: report_sample FOLDER\n";
    return 2;
  }
  const std::vector<std::pair<std::string, prepguard::Report>> reports{{"empty", {}},
                                                                       {"bad_day", samples::bad_day()},
                                                                       {"hostile", samples::hostile()},
                                                                       {"wide", samples::wide(1000)}};
  for (const auto& [name, report] : reports) {
    const std::string path = std::string(words[1]) + '/' + name;
    if (!write(path + ".txt", to_text(report)) || !write(path + ".json", to_json(report)) ||
        !write(path + ".prom", to_prometheus(report)) ||
        !write(path + ".html", to_html(report, name + ": penguins.prepguard.json against rows.csv"))) {
      std::cerr << "cannot write " << path << '\n';
      return 1;
    }
  }
  return 0;
}
