-- What the Lua programs share: measure(bench) does for them what BENCH_STEADY=1
-- does in lox: 50 calls, and the median of the later half on stderr.
function measure(bench)
    if os.getenv("BENCH_STEADY") ~= "1" then return end
    local times = {}
    for i = 1, 50 do
        local start = os.clock()
        bench()
        times[i] = os.clock() - start
    end
    local later = {unpack(times, 26, 50)}
    table.sort(later)
    io.stderr:write(string.format("steady %.6f\n", later[13]))
end

-- As lox prints numbers, where they are whole.
function show(value)
    if type(value) == "number" then value = string.format("%.15g", value) end
    print(value)
end
