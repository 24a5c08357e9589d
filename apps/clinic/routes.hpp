// The table of routes, and the handlers by the file each group stands in.
#pragma once
#include "clinic/application.hpp"

namespace segue::clinic {

const std::vector<Route>& routes();

// handle_appointments.cpp
boost::asio::awaitable<Served> list_appointments(Application& app, const Call& call);
boost::asio::awaitable<Served> show_appointment(Application& app, const Call& call);
boost::asio::awaitable<Served> create_appointment(Application& app, const Call& call);
boost::asio::awaitable<Served> move_appointment(Application& app, const Call& call);
boost::asio::awaitable<Served> cancel_appointment(Application& app, const Call& call);

// handle_people.cpp
boost::asio::awaitable<Served> list_doctors(Application& app, const Call& call);
boost::asio::awaitable<Served> show_doctor(Application& app, const Call& call);
boost::asio::awaitable<Served> create_doctor(Application& app, const Call& call);
boost::asio::awaitable<Served> change_doctor(Application& app, const Call& call);
boost::asio::awaitable<Served> list_patients(Application& app, const Call& call);
boost::asio::awaitable<Served> show_patient(Application& app, const Call& call);
boost::asio::awaitable<Served> create_patient(Application& app, const Call& call);
boost::asio::awaitable<Served> change_patient(Application& app, const Call& call);

// handle_health.cpp
boost::asio::awaitable<Served> show_health(Application& app, const Call& call);
boost::asio::awaitable<Served> show_metrics(Application& app, const Call& call);

}  // namespace segue::clinic
