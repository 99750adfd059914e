dofile((arg[0]:match("(.*/)") or "") .. "harness.lua")

local Toggle = {}
Toggle.__index = Toggle
function Toggle.init(self, state) self.state = state end
function Toggle.value(self) return self.state end
function Toggle.activate(self) self.state = not self.state return self end

local NthToggle = setmetatable({}, {__index = Toggle})
NthToggle.__index = NthToggle
function NthToggle.init(self, state, max)
    Toggle.init(self, state)
    self.max = max
    self.count = 0
end
function NthToggle.activate(self)
    self.count = self.count + 1
    if self.count >= self.max then
        Toggle.activate(self)
        self.count = 0
    end
    return self
end

local function bench()
    local on = 0
    local toggle = setmetatable({}, Toggle)
    toggle:init(true)
    for i = 0, 199999 do
        if toggle:activate():value() then on = on + 1 end
    end
    local third = setmetatable({}, NthToggle)
    third:init(false, 3)
    for i = 0, 199999 do
        if third:activate():value() then on = on + 1 end
    end
    return on
end

show(bench())
measure(bench)
