-- Reports of potholes all over the demo city, as residents' forms send them.
local number, bad = 0, 0

function init() math.randomseed(os.time()) end

-- Milliseconds that each client waits between its reports.
local pause = tonumber(os.getenv("PAUSE") or "0")

function delay() return pause end

function request()
    number = number + 1
    local longitude, latitude = 47.27 + math.random() * 0.17, 54.52 + math.random() * 0.07
    return wrk.format("POST", "/open311/v2/requests.json", { ["Content-Type"] = "application/x-www-form-urlencoded" },
        string.format("service_code=pothole&lat=%.6f&long=%.6f&description=%d&email=a%d%%40example.org", latitude, longitude, number, number))
end

function response(status)
    if status ~= 201 then
        bad = bad + 1
        if bad < 4 then print("a report was answered with " .. status) end
    end
end
