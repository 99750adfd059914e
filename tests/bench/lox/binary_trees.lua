dofile((arg[0]:match("(.*/)") or "") .. "harness.lua")

local Tree = {}
Tree.__index = Tree
local function new(depth)
    local tree = setmetatable({depth = depth}, Tree)
    if depth > 0 then
        tree.left = new(depth - 1)
        tree.right = new(depth - 1)
    end
    return tree
end
function Tree.check(self)
    if self.depth == 0 then return 1 end
    return 1 + self.left:check() + self.right:check()
end

local function bench()
    local kept = new(12)
    local total = 0
    local rounds = 128
    for depth = 4, 10, 2 do
        local i = 0
        while i < rounds do
            total = total + new(depth):check()
            i = i + 1
        end
        rounds = rounds / 4
    end
    return total + kept:check()
end

show(bench())
measure(bench)
