// /api/admin/patients/erase and /api/admin/retention.
// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include <boost/json.hpp>
#include <functional>

#include "service/answers.hpp"
#include "reservations/application.hpp"
#include "service/body.hpp"
#include "reservations/handlers.hpp"
#include "reservations/personal_data.hpp"

namespace segue::reservations {

using boost::asio::awaitable;
using pg::PipelineKind;

namespace {

constexpr int most_batches = 100;  // a call ends within a client's patience; it says when there is more

struct Progress {
  Erased erased;
  bool complete = false;
  std::optional<Error> error;
};
using Find = std::function<pg::Query(const Place& after, const Columns& columns)>;

// What `find` names, batch by batch, until it names nothing more. An error keeps what was done before it.
awaitable<Progress> erase(Application& app, Find find, std::string by) {
  Progress progress;
  const auto today = text_of(app.clock().today());
  std::vector<pg::Query> ask{columns_query()};
  const auto schema = co_await app.run(std::move(ask), PipelineKind::read);
  progress.error = schema.error;
  if (schema.error) co_return progress;
  const auto columns = read_columns(schema.results.at(0));
  Place after;
  for (int i = 0; i < most_batches; ++i) {
    std::vector<pg::Query> search{find(after, columns)};
    const auto found = co_await app.run(std::move(search), PipelineKind::read);
    progress.error = found.error;
    if (found.error) co_return progress;
    const auto batch = read_batch(found.results.at(0));
    progress.complete = batch.rows == 0;
    if (progress.complete) co_return progress;
    std::vector<pg::Query> work{anonymise(batch, columns, today, by)};
    const auto done = co_await app.run(std::move(work), PipelineKind::transaction);
    progress.error = done.error;
    if (done.error) co_return progress;
    const auto counts = read_erased(done.results.at(0));
    progress.erased.rows += counts.rows;
    progress.erased.cancelled += counts.cancelled;
    after = batch.last;
  }
  co_return progress;
}

// Each batch is kept, so the same call again goes on where this one ended.
net::Response progress_answer(const Progress& progress, const Call& call, std::string_view action, std::string target) {
  if (progress.erased.rows > 0) record(action, call, std::move(target), progress.erased.rows);
  if (progress.error) return fail(*progress.error);
  return answer(200, {{"anonymised", progress.erased.rows}, {"cancelled", progress.erased.cancelled}, {"complete", progress.complete}});
}

}  // namespace

awaitable<Served> erase_patient(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, {{"phone", Kind::phone}, {"birth_date", Kind::date, Field::Need::nullable}});
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  Patient patient{body.text("phone"), std::nullopt};
  if (body.has("birth_date") && body.values.at("birth_date").is_string()) patient.birth_date = body.text("birth_date");
  const Find find = [&](const Place&, const Columns& columns) { return rows_of_patient(patient, columns); };
  const auto progress = co_await erase(app, find, call.by);
  served.response = progress_answer(progress, call, "patient.erase", "a patient");
  co_return served;
}

awaitable<Served> keep_no_longer(Application& app, const Call& call) {
  Served served;
  auto body = read_body(call.request, {{"before", Kind::date}});
  if (!body.refused && *read_date(body.text("before")) > app.clock().today())
    body.refused = refuse_fields("invalid", {{"before", "must not lie in the future"}});
  if (body.refused) {
    served.response = std::move(*body.refused);
    co_return served;
  }
  const auto before = body.text("before");
  const Find find = [&](const Place& after, const Columns& columns) { return rows_before(before, after, columns); };
  const auto progress = co_await erase(app, find, call.by);
  served.response = progress_answer(progress, call, "retention", before);
  co_return served;
}

}  // namespace segue::reservations
