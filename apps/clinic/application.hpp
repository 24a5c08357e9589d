// The clinics' service on one thread.
// Does: run what a handler asks for in the form that is due (forms.hpp), for the caller's clinic and nobody else; compare both sides
//       where the stage asks for it. Does not: hold SQL (appointments.hpp, people.hpp).
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "clinic/forms.hpp"
#include "clinic/program.hpp"
#include "service/service.hpp"

namespace segue::clinic {

using namespace service;  // the application is written in the words of its foundation

// Which flags move an area.
struct Area { std::string read, write; };
const Area& appointments_area();
const Area& doctors_area();
const Area& patients_area();

// What became of a question: results of its own queries, or an error.
struct Told {
  Form form = Form::old_model;
  std::vector<pg::Result> results;
  std::optional<Error> error;
  std::string_view variant() const { return name_of(variant_of(form)); }
};

class Application : public service::Service {
 public:
  using Read = std::function<pg::Query(Form)>;
  using Write = std::function<std::vector<pg::Query>(Form)>;
  // Whether the new side does not know the row (yet): then the old one is asked.
  using Unknown = std::function<bool(const Told&)>;

  // Alone in its process.
  Application(boost::asio::io_context& io, const Settings& settings)
      : Application(io, std::make_shared<service::Process>(program(), settings), settings.connections) {}
  Application(boost::asio::io_context& io, std::shared_ptr<service::Process> process, int connections)
      : Service(io, std::move(process), connections) {}

  // ---- for the handlers
  boost::asio::awaitable<Told> read(const Call& call, const Area& area, std::string_view route, Read make);
  boost::asio::awaitable<Told> write(const Call& call, const Area& area, Write make, Unknown unknown);
  // What is wrong with a call is told to those only who may make it.
  boost::asio::awaitable<net::Response> refused(const Call& call, net::Response refusal);
  int percent(const std::string& flag) const { return process().flags ? process().flags->percent(flag) : 0; }

 protected:
  std::optional<net::Response> admit(Call& call) const override;

 private:
  boost::asio::awaitable<Told> try_forms(std::vector<Form> forms, Write make);
  std::vector<Form> forms_of(const Call& call, const std::string& flag) const;
  std::int64_t revision() const;
  std::int64_t old_gone_at_ = -1;                                // revision of the flags at which the old side was found to be gone
};

Caller caller_of(const Call& call);
// The answer to an error: a wrong token is 401, everything else as in every service.
net::Response fail_for(const Told& told);
template <class Answer> net::Response fail_or(const Told& told, Answer answer) { return told.error ? fail_for(told) : answer(); }
// The id of the row a call makes: of its Idempotency-Key, so that a repeat meets its own row; else any. Nothing: no proper key.
std::optional<std::string> new_id(const Call& call);

}  // namespace segue::clinic
