dofile((arg[0]:match("(.*/)") or "") .. "harness.lua")

local Record = {}
Record.__index = Record
function Record.sum(self)
    return self.a + self.b + self.c + self.d + self.e +
           self.f + self.g + self.h + self.i + self.j
end
function Record.rotate(self)
    local first = self.a
    self.a = self.b self.b = self.c self.c = self.d self.d = self.e
    self.e = self.f self.f = self.g self.g = self.h self.h = self.i
    self.i = self.j self.j = first
    return self
end

local function bench()
    local record = setmetatable({a = 1, b = 2, c = 3, d = 4, e = 5,
                                 f = 6, g = 7, h = 8, i = 9, j = 10}, Record)
    local total = 0
    for i = 0, 59999 do
        record:rotate()
        total = total + record:sum() + record.a
    end
    return total
end

show(bench())
measure(bench)
