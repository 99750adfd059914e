dofile((arg[0]:match("(.*/)") or "") .. "harness.lua")

local function count(a, b, c, d, n)
    local equal = 0
    for i = 0, n - 1 do
        if a == a then equal = equal + 1 end
        if a == b then equal = equal + 1 end
        if a == c then equal = equal + 1 end
        if a ~= d then equal = equal + 1 end
        if a == nil then equal = equal + 1 end
        if a == i then equal = equal + 1 end
        if c == "abcdefghijklmnopqrstuvwxyz-" then equal = equal + 1 end
    end
    return equal
end

local function bench()
    local half = "abcdefghijklm"
    local a = half .. "nopqrstuvwxyz"
    local b = half .. "nopqrstuvwxyz"
    local c = half .. "nopqrstuvwxy-"
    return count(a, b, c, "", 100000)
end

show(bench())
measure(bench)
