dofile((arg[0]:match("(.*/)") or "") .. "harness.lua")

local Empty = {}
Empty.__index = Empty

local Vector = {}
Vector.__index = Vector
local function new(x, y) return setmetatable({x = x, y = y}, Vector) end
function Vector.plus(self, other)
    return new(self.x + other.x, self.y + other.y)
end
function Vector.scaled(self, k) return new(self.x * k, self.y * k) end

local function bench()
    local n = 0
    for i = 0, 99999 do
        local e = setmetatable({}, Empty)
        if e == e then n = n + 1 end
    end
    local at = new(0, 0)
    local step = new(1, 2)
    for i = 0, 99999 do
        at = at:plus(step:scaled(2)):plus(new(-1, -1))
    end
    return n + at.x + at.y
end

show(bench())
measure(bench)
