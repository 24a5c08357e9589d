// Which web pages of other origins may read the answers for visitors (CORS).
// Does: the headers of an answer and of a preflight. Without allowed origins there are none.
// Does not: protect anything by itself; a browser does, by what it is told here.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "net/http.hpp"

namespace segue::service {

class CrossOrigin {
 public:
  // "https://www.example". Error{usage} for anything that is not an origin; "*" is none, as the answers hold people's data.
  explicit CrossOrigin(std::vector<std::string> allowed);
  void answer(const net::Request& request, net::Response& response) const;
  net::Response preflight(const net::Request& request, std::string_view methods) const;

 private:
  bool allows(const net::Request& request) const;
  std::vector<std::string> allowed_;
};

}  // namespace segue::service
