dofile((arg[0]:match("(.*/)") or "") .. "harness.lua")

local function bench()
    local total = 0
    local i = 0
    while i < 600 do
        local row = 0
        local j = 0
        while j < 1000 do
            if j < i then row = row + j * 2 else row = row - i end
            j = j + 1
        end
        total = total + row
        i = i + 1
    end
    return total
end

show(bench())
measure(bench)
