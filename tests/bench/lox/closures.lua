dofile((arg[0]:match("(.*/)") or "") .. "harness.lua")

local function counter(step)
    local n = 0
    return function()
        n = n + step
        return n
    end
end

local function compose(f, g)
    return function(x) return g(f(x)) end
end

local function adder(n)
    return function(x) return x + n end
end

local function bench()
    local total = 0
    local next = counter(2)
    for i = 0, 199999 do total = total + next() end
    for i = 0, 99999 do
        total = total + compose(adder(i), adder(1))(i)
    end
    return total
end

show(bench())
measure(bench)
