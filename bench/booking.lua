-- wrk: bookings of random services on random days of the coming year, or questions for availability (first argument: book, ask).
local services = {"WRINKLE_BOTOX", "VOLUME_LIFTING", "SKIN_CARE", "REMOVAL_PROCEDURE", "BODY_CARE", "OTHER_CONSULTATION"}
local times = {"09:30", "14:00"}
local thread = 0
local today = os.time()

function setup(one)
  thread = thread + 1
  one:set("number", thread)
end

function init(args)
  math.randomseed(os.time() * 10 + number)
  book = args[1] == "book"
end

function request()
  local service = services[math.random(6)]
  local day = os.date("!%Y-%m-%d", today + 86400 * math.random(2, 360))
  if not book then return wrk.format("GET", "/api/public/reservations/availability?service=" .. service .. "&date=" .. day) end
  local body = string.format('{"patient_name":"bench","phone":"010-0000-0001","birth_date":"1990-01-01","gender":"OTHER",' ..
    '"treatment_type":"FOLLOW_UP","service":"%s","preferred_date":"%s","preferred_time":"%s"}', service, day, times[math.random(2)])
  return wrk.format("POST", "/api/public/reservations", {["Content-Type"] = "application/json"}, body)
end
