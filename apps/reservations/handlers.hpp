// The handlers of the route table, by the file each group stands in.
#pragma once
#include "reservations/application.hpp"
#include "service/answers.hpp"

namespace segue::reservations {

// handle_booking.cpp, handle_availability.cpp: members of Application

// handle_reservations.cpp
boost::asio::awaitable<Served> list_reservations(Application& app, const Call& call);
boost::asio::awaitable<Served> show_reservation(Application& app, const Call& call);
boost::asio::awaitable<Served> change_reservation_status(Application& app, const Call& call);

// handle_services.cpp
boost::asio::awaitable<Served> offer_services(Application& app, const Call& call);
boost::asio::awaitable<Served> list_services(Application& app, const Call& call);
boost::asio::awaitable<Served> create_service(Application& app, const Call& call);
boost::asio::awaitable<Served> show_service(Application& app, const Call& call);
boost::asio::awaitable<Served> change_service(Application& app, const Call& call);
boost::asio::awaitable<Served> retire_service(Application& app, const Call& call);
boost::asio::awaitable<Served> restore_service(Application& app, const Call& call);
boost::asio::awaitable<Served> order_services(Application& app, const Call& call);

// handle_capacity.cpp
boost::asio::awaitable<Served> list_time_slots(Application& app, const Call& call);
boost::asio::awaitable<Served> set_time_slot(Application& app, const Call& call);
boost::asio::awaitable<Served> list_limits(Application& app, const Call& call);
boost::asio::awaitable<Served> set_limit(Application& app, const Call& call);

// handle_personal_data.cpp
boost::asio::awaitable<Served> erase_patient(Application& app, const Call& call);
boost::asio::awaitable<Served> keep_no_longer(Application& app, const Call& call);

// handle_operations.cpp
boost::asio::awaitable<Served> show_health(Application& app, const Call& call);

}  // namespace segue::reservations
