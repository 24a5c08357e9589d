// g++ 12 takes the coroutine frame's own operator delete for the wrong one once it has inlined both.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

#include "reservations/booking_desk.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <unordered_set>

namespace segue::reservations {

using boost::asio::awaitable;

namespace {

constexpr int most_tries = 5;

struct Ticket {
  Ticket(boost::asio::io_context& io, Booking booking_)
      : booking(std::move(booking_)), finished(io, boost::asio::steady_timer::time_point::max()) {}

  Booking booking;
  BookingReply reply;
  std::size_t company = BookingDesk::largest;                    // with how many it may share a transaction
  int tries = 0;
  bool done = false;
  boost::asio::steady_timer finished;
};
using Tickets = std::deque<std::shared_ptr<Ticket>>;

// One for each path: where the tables of one are gone, bookings of the other are not held up.
struct Window {
  Variant variant;
  Tickets waiting;
  bool open = false;                                             // somebody serves it
};

void finish(Ticket& ticket, BookingReply reply) {
  ticket.reply = std::move(reply);
  ticket.done = true;
  ticket.finished.cancel();
}

// From the front; a second booking of the same id waits until the first is there to be found.
Tickets next_batch(Tickets& waiting) {
  Tickets batch, left;
  std::unordered_set<std::string_view> ids;
  std::size_t most = BookingDesk::largest;
  for (auto& ticket : waiting) {
    const auto company = std::min(most, ticket->company);
    if (batch.size() < company && ids.insert(ticket->booking.id).second) {
      batch.push_back(ticket);
      most = company;
    } else {
      left.push_back(ticket);
    }
  }
  waiting = std::move(left);
  return batch;
}

// Something that PostgreSQL found in one of the bookings, not in the connection, the server or the schema.
bool may_lie_in_one(const Error& error) {
  static constexpr std::array<std::string_view, 7> elsewhere{"08", "25", "26", "42", "53", "57", "58"};
  const auto starts = [&](std::string_view kind) { return error.sqlstate().starts_with(kind); };
  return error.code() == ErrorCode::database && std::none_of(elsewhere.begin(), elsewhere.end(), starts);
}

bool lost_a_race(const Error& error, std::size_t bookings) {
  const auto& sqlstate = error.sqlstate();
  const bool made_elsewhere = sqlstate == "23505" && bookings == 1;  // the same id, at another date: now it can be found
  return sqlstate == "40P01" || sqlstate == "40001" || made_elsewhere;
}

void send_again(Tickets& waiting, const Tickets& batch) { waiting.insert(waiting.begin(), batch.begin(), batch.end()); }

void take_error(Tickets& waiting, const Tickets& batch, const Error& error) {
  Tickets again;
  for (const auto& ticket : batch) {
    const bool raced = lost_a_race(error, batch.size()) && ++ticket->tries < most_tries;
    const bool apart = !raced && batch.size() > 1 && may_lie_in_one(error);
    if (apart) ticket->company = batch.size() / 2;
    if (raced || apart) again.push_back(ticket);
    else finish(*ticket, {std::nullopt, error});
  }
  send_again(waiting, again);
}

void take_answers(Tickets& waiting, const Tickets& batch, std::vector<BookingAnswer> answers) {
  Tickets again;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (answers[i].kind == BookingAnswer::Kind::undecided) again.push_back(batch[i]);
    else finish(*batch[i], {std::move(answers[i]), std::nullopt});
  }
  send_again(waiting, again);
}

void take_reply(Window& window, const Tickets& batch, const std::vector<const Booking*>& bookings, const pg::PipelineReply& reply) {
  if (reply.error) return take_error(window.waiting, batch, *reply.error);
  try {
    take_answers(window.waiting, batch, read_bookings(reply.results.at(1), bookings, window.variant));
  } catch (const Error& error) {
    take_error(window.waiting, batch, error);
  }
}

}  // namespace

struct BookingDesk::State {
  State(boost::asio::io_context& io_, pg::PipelinePool& pool_) : io(io_), pool(pool_) {}
  static awaitable<void> serve(std::shared_ptr<State> state, Window& window);

  boost::asio::io_context& io;
  pg::PipelinePool& pool;
  Window old_model{Variant::old_model, {}, false}, new_model{Variant::new_model, {}, false};
};

awaitable<void> BookingDesk::State::serve(std::shared_ptr<State> state, Window& window) {
  while (!window.waiting.empty()) {
    const auto batch = next_batch(window.waiting);
    std::vector<const Booking*> bookings;
    for (const auto& ticket : batch) bookings.push_back(&ticket->booking);
    auto queries = reservations::book(bookings, window.variant);
    const auto reply = co_await state->pool.run(std::move(queries), pg::PipelineKind::transaction);
    take_reply(window, batch, bookings, reply);
  }
  window.open = false;
}

BookingDesk::BookingDesk(boost::asio::io_context& io, pg::PipelinePool& pool) : state_(std::make_shared<State>(io, pool)) {}

awaitable<BookingReply> BookingDesk::book(Booking booking, Variant variant) {
  const auto state = state_;
  auto& window = variant == Variant::old_model ? state->old_model : state->new_model;
  const auto ticket = std::make_shared<Ticket>(state->io, std::move(booking));
  window.waiting.push_back(ticket);
  if (!window.open) {
    window.open = true;
    boost::asio::co_spawn(state->io, State::serve(state, window), boost::asio::detached);
  }
  while (!ticket->done) co_await ticket->finished.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return std::move(ticket->reply);
}

}  // namespace segue::reservations
